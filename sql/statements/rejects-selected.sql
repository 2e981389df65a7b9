-- Which dead letters are meant: by code, from one key up to another, by key, by index; null leaves a condition out.
($1::text IS NULL OR code = $1)
  AND ($2::text IS NULL OR source_key >= $2)
  AND ($3::text IS NULL OR source_key < $3)
  AND ($4::text IS NULL OR source_key = $4)
  AND ($5::integer IS NULL OR record_index = $5)
