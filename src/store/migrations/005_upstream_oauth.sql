-- What MCPJungle does not keep of a grant: what it was given for and by whom, how the client proves itself, its state, and
-- whose turn it is to refresh it. Every column may be NULL, so that rows written by MCPJungle stay valid.
ALTER TABLE `upstream_o_auth_tokens` ADD COLUMN `server_url` text;
ALTER TABLE `upstream_o_auth_tokens` ADD COLUMN `grant_kind` text;
ALTER TABLE `upstream_o_auth_tokens` ADD COLUMN `issuer` text;
ALTER TABLE `upstream_o_auth_tokens` ADD COLUMN `token_endpoint` text;
ALTER TABLE `upstream_o_auth_tokens` ADD COLUMN `revocation_endpoint` text;
ALTER TABLE `upstream_o_auth_tokens` ADD COLUMN `auth_method` text;
ALTER TABLE `upstream_o_auth_tokens` ADD COLUMN `private_key` text;
ALTER TABLE `upstream_o_auth_tokens` ADD COLUMN `resource` text;
ALTER TABLE `upstream_o_auth_tokens` ADD COLUMN `state` text;
ALTER TABLE `upstream_o_auth_tokens` ADD COLUMN `state_reason` text;
ALTER TABLE `upstream_o_auth_tokens` ADD COLUMN `missing_scopes` JSON;
ALTER TABLE `upstream_o_auth_tokens` ADD COLUMN `generation` integer;
ALTER TABLE `upstream_o_auth_tokens` ADD COLUMN `refresh_holder` text;
ALTER TABLE `upstream_o_auth_tokens` ADD COLUMN `refresh_until` datetime;
ALTER TABLE `upstream_o_auth_pending_sessions` ADD COLUMN `purpose` text;
ALTER TABLE `upstream_o_auth_pending_sessions` ADD COLUMN `server_url` text;
ALTER TABLE `upstream_o_auth_pending_sessions` ADD COLUMN `issuer` text;
ALTER TABLE `upstream_o_auth_pending_sessions` ADD COLUMN `issuer_always_named` numeric;
ALTER TABLE `upstream_o_auth_pending_sessions` ADD COLUMN `token_endpoint` text;
ALTER TABLE `upstream_o_auth_pending_sessions` ADD COLUMN `revocation_endpoint` text;
ALTER TABLE `upstream_o_auth_pending_sessions` ADD COLUMN `auth_method` text;
ALTER TABLE `upstream_o_auth_pending_sessions` ADD COLUMN `private_key` text;
ALTER TABLE `upstream_o_auth_pending_sessions` ADD COLUMN `resource` text;
-- Clients that authorization servers registered for us. `name` is the issuer and the redirect URI.
CREATE TABLE `upstream_o_auth_clients` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `created_at` datetime,
  `updated_at` datetime,
  `deleted_at` datetime,
  `name` text NOT NULL,
  `issuer` text NOT NULL,
  `redirect_uri` text NOT NULL,
  `client_id` text NOT NULL,
  `client_secret` text,
  `auth_method` text NOT NULL,
  `scopes` JSON,
  `secret_expires_at` datetime
);
CREATE UNIQUE INDEX `idx_upstream_o_auth_clients_name` ON `upstream_o_auth_clients`(`name`);
