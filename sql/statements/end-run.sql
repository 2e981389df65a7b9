UPDATE :"runs"
SET status = $3, error_code = $4, ended_at = now(), duration_ms = $5, peak_rss_mb = $6
WHERE run_id = $1 AND unit = $2
