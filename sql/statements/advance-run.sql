UPDATE :"runs"
SET processed = processed + $3, read = read + $4, split = split + $5, inserted = inserted + $6,
    duplicates = duplicates + $7, rejected = rejected + $8, dropped = dropped + $9, bytes = bytes + $10,
    batches = batches + $11
WHERE run_id = $1 AND unit = $2
