-- Which key seals the secrets of this file, and whether what was written in clear is gone from its pages.
CREATE TABLE `sealing` (
  `id` integer PRIMARY KEY CHECK (`id` = 1),
  `key_id` text NOT NULL,
  `is_scrubbed` numeric NOT NULL DEFAULT false
);
