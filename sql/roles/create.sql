-- A role to be a member of, not to log in with: a login role and its password are the administrator's affair.
CREATE ROLE :"role" NOLOGIN
