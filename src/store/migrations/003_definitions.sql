-- What MCPJungle does not keep: definitions in full, the server's own order, what the server said about itself, and
-- resource templates. Every column may be NULL, so that rows written by MCPJungle stay valid.
ALTER TABLE `mcp_servers` ADD COLUMN `revision` text;
ALTER TABLE `mcp_servers` ADD COLUMN `capabilities` JSON;
ALTER TABLE `mcp_servers` ADD COLUMN `server_info` JSON;
ALTER TABLE `mcp_servers` ADD COLUMN `instructions` text;
ALTER TABLE `mcp_servers` ADD COLUMN `warnings` JSON;
ALTER TABLE `tools` ADD COLUMN `definition` JSON;
ALTER TABLE `tools` ADD COLUMN `position` integer;
ALTER TABLE `prompts` ADD COLUMN `definition` JSON;
ALTER TABLE `prompts` ADD COLUMN `position` integer;
ALTER TABLE `resources` ADD COLUMN `definition` JSON;
ALTER TABLE `resources` ADD COLUMN `position` integer;
CREATE TABLE `resource_templates` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `created_at` datetime,
  `updated_at` datetime,
  `deleted_at` datetime,
  `uri_template` text NOT NULL,
  `name` text NOT NULL,
  `enabled` numeric DEFAULT true,
  `definition` JSON,
  `position` integer,
  `server_id` integer NOT NULL,
  CONSTRAINT `fk_resource_templates_server` FOREIGN KEY (`server_id`) REFERENCES `mcp_servers`(`id`)
);
CREATE INDEX `idx_tools_server_id` ON `tools`(`server_id`);
CREATE INDEX `idx_prompts_server_id` ON `prompts`(`server_id`);
CREATE INDEX `idx_resources_server_id` ON `resources`(`server_id`);
CREATE INDEX `idx_resource_templates_server_id` ON `resource_templates`(`server_id`);
