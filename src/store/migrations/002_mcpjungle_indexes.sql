-- The indexes of MCPJungle.
CREATE UNIQUE INDEX IF NOT EXISTS `idx_mcp_servers_name` ON `mcp_servers`(`name`);
CREATE INDEX IF NOT EXISTS `idx_mcp_servers_deleted_at` ON `mcp_servers`(`deleted_at`);
CREATE INDEX IF NOT EXISTS `idx_tools_deleted_at` ON `tools`(`deleted_at`);
CREATE INDEX IF NOT EXISTS `idx_prompts_deleted_at` ON `prompts`(`deleted_at`);
CREATE INDEX IF NOT EXISTS `idx_resources_deleted_at` ON `resources`(`deleted_at`);
CREATE INDEX IF NOT EXISTS `idx_server_configs_deleted_at` ON `server_configs`(`deleted_at`);
CREATE INDEX IF NOT EXISTS `idx_users_deleted_at` ON `users`(`deleted_at`);
CREATE UNIQUE INDEX IF NOT EXISTS `idx_mcp_clients_name` ON `mcp_clients`(`name`);
CREATE INDEX IF NOT EXISTS `idx_mcp_clients_deleted_at` ON `mcp_clients`(`deleted_at`);
CREATE INDEX IF NOT EXISTS `idx_tool_groups_deleted_at` ON `tool_groups`(`deleted_at`);
CREATE UNIQUE INDEX IF NOT EXISTS `idx_upstream_o_auth_pending_sessions_session_id`
  ON `upstream_o_auth_pending_sessions`(`session_id`);
CREATE INDEX IF NOT EXISTS `idx_upstream_o_auth_pending_sessions_server_name`
  ON `upstream_o_auth_pending_sessions`(`server_name`);
CREATE INDEX IF NOT EXISTS `idx_upstream_o_auth_pending_sessions_expires_at`
  ON `upstream_o_auth_pending_sessions`(`expires_at`);
CREATE INDEX IF NOT EXISTS `idx_upstream_o_auth_pending_sessions_deleted_at`
  ON `upstream_o_auth_pending_sessions`(`deleted_at`);
CREATE UNIQUE INDEX IF NOT EXISTS `idx_upstream_o_auth_tokens_server_name` ON `upstream_o_auth_tokens`(`server_name`);
CREATE INDEX IF NOT EXISTS `idx_upstream_o_auth_tokens_deleted_at` ON `upstream_o_auth_tokens`(`deleted_at`);
