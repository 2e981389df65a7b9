-- Dead letters are tried again by runs of their own.
COMMENT ON COLUMN :"runs".trigger IS 'scheduled, explicit, or redrive: rejects that were tried again';
