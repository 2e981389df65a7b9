-- The way in, to the database and to the schema. Run by `migrate --roles`, by whoever owns both. The loader makes temporary
-- tables to stage rows in; only the owner may make lasting ones.
GRANT CONNECT ON DATABASE :"database" TO :"owner", :"loader", :"reader";
GRANT TEMPORARY ON DATABASE :"database" TO :"loader";
GRANT USAGE ON SCHEMA :"schema" TO :"owner", :"loader", :"reader";
GRANT CREATE ON SCHEMA :"schema" TO :"owner";
