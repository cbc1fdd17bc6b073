-- Whom to trust, besides the system's authorities, on the way to the servers that a grant or an authorization concerns.
ALTER TABLE `upstream_o_auth_tokens` ADD COLUMN `ca_file` text;
ALTER TABLE `upstream_o_auth_pending_sessions` ADD COLUMN `ca_file` text;
