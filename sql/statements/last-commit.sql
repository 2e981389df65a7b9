SELECT commit_no, run_id FROM :"checkpoints" WHERE unit = $1
