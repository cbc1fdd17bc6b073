-- The tables of MCPJungle, as it makes them itself: a MCPJungle binary can read and write this file too.
CREATE TABLE IF NOT EXISTS `mcp_servers` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `created_at` datetime,
  `updated_at` datetime,
  `deleted_at` datetime,
  `name` text NOT NULL,
  `transport` varchar(30) NOT NULL,
  `enabled` numeric DEFAULT true,
  `description` text,
  `config` JSON NOT NULL,
  `session_mode` varchar(20) DEFAULT 'stateless'
);
CREATE TABLE IF NOT EXISTS `tools` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `created_at` datetime,
  `updated_at` datetime,
  `deleted_at` datetime,
  `name` text NOT NULL,
  `enabled` numeric DEFAULT true,
  `description` text,
  `input_schema` JSON,
  `annotations` JSON,
  `server_id` integer NOT NULL,
  CONSTRAINT `fk_tools_server` FOREIGN KEY (`server_id`) REFERENCES `mcp_servers`(`id`)
);
CREATE TABLE IF NOT EXISTS `prompts` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `created_at` datetime,
  `updated_at` datetime,
  `deleted_at` datetime,
  `name` text NOT NULL,
  `enabled` numeric DEFAULT true,
  `description` text,
  `arguments` JSON,
  `server_id` integer NOT NULL,
  CONSTRAINT `fk_prompts_server` FOREIGN KEY (`server_id`) REFERENCES `mcp_servers`(`id`)
);
CREATE TABLE IF NOT EXISTS `resources` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `created_at` datetime,
  `updated_at` datetime,
  `deleted_at` datetime,
  `uri` text NOT NULL,
  `original_uri` text NOT NULL,
  `name` text NOT NULL,
  `enabled` numeric DEFAULT true,
  `description` text,
  `mime_type` text,
  `annotations` JSON,
  `meta` JSON,
  `server_id` integer NOT NULL,
  CONSTRAINT `fk_resources_server` FOREIGN KEY (`server_id`) REFERENCES `mcp_servers`(`id`)
);
CREATE TABLE IF NOT EXISTS `server_configs` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `created_at` datetime,
  `updated_at` datetime,
  `deleted_at` datetime,
  `mode` varchar(12) NOT NULL,
  `initialized` numeric NOT NULL DEFAULT false
);
CREATE TABLE IF NOT EXISTS `users` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `created_at` datetime,
  `updated_at` datetime,
  `deleted_at` datetime,
  `username` text NOT NULL,
  `role` text NOT NULL,
  `access_token` text NOT NULL,
  CONSTRAINT `uni_users_username` UNIQUE (`username`),
  CONSTRAINT `uni_users_access_token` UNIQUE (`access_token`)
);
CREATE TABLE IF NOT EXISTS `mcp_clients` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `created_at` datetime,
  `updated_at` datetime,
  `deleted_at` datetime,
  `name` text NOT NULL,
  `description` text,
  `access_token` text NOT NULL,
  `allow_list` JSON NOT NULL,
  CONSTRAINT `uni_mcp_clients_access_token` UNIQUE (`access_token`)
);
CREATE TABLE IF NOT EXISTS `tool_groups` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `created_at` datetime,
  `updated_at` datetime,
  `deleted_at` datetime,
  `name` text NOT NULL,
  `description` text,
  `included_tools` JSON,
  `included_servers` JSON,
  `excluded_tools` JSON,
  CONSTRAINT `uni_tool_groups_name` UNIQUE (`name`)
);
CREATE TABLE IF NOT EXISTS `upstream_o_auth_pending_sessions` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `created_at` datetime,
  `updated_at` datetime,
  `deleted_at` datetime,
  `session_id` text NOT NULL,
  `server_name` text NOT NULL,
  `transport` varchar(30) NOT NULL,
  `server_input` JSON NOT NULL,
  `force` numeric NOT NULL DEFAULT false,
  `redirect_uri` text,
  `client_id` text,
  `client_secret` text,
  `scopes` JSON,
  `state` text NOT NULL,
  `code_verifier` text NOT NULL,
  `expires_at` datetime NOT NULL,
  `initiated_by` text
);
CREATE TABLE IF NOT EXISTS `upstream_o_auth_tokens` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `created_at` datetime,
  `updated_at` datetime,
  `deleted_at` datetime,
  `server_name` text NOT NULL,
  `transport` varchar(30) NOT NULL,
  `client_id` text,
  `client_secret` text,
  `redirect_uri` text,
  `scopes` JSON,
  `access_token` text,
  `token_type` text,
  `refresh_token` text,
  `scope` text,
  `expires_at` datetime
);
