#include "store/entry_rows.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include <soci/soci.h>

#include "mcp/json_reader.h"
#include "mcp/json_text.h"
#include "store/stored_time.h"

namespace jungle::store {
namespace {

using catalog::PromptEntry;
using catalog::ResourceEntry;
using catalog::ResourceTemplateEntry;
using catalog::ToolEntry;

// The members of a definition, for the columns that repeat some of them.
class Source {
 public:
  explicit Source(const std::string& text) : text_(text) {
    if (auto members = mcp::read_members(text)) members_ = std::move(*members);
  }
  // The value of a string member; empty if there is none.
  std::string text(std::string_view key) const {
    const std::string raw = json(key, "");
    return raw.starts_with('"') ? mcp::json_string_value(raw) : std::string();
  }
  std::string json(std::string_view key, std::string_view otherwise) const {
    const mcp::Member* member = members_.find(text_, key);
    return std::string(member != nullptr ? member->value.of(text_) : otherwise);
  }

 private:
  const std::string& text_;
  mcp::Members members_;
};

// Puts a definition together from columns.
class Builder {
 public:
  Builder& text(std::string_view key, const std::string& value) {
    return value.empty() ? *this : json(key, mcp::json_string(value));
  }
  // `value` is JSON, or empty or null for "not there".
  Builder& json(std::string_view key, const std::string& value) {
    if (value.empty() || value == "null") return *this;
    out_ += (out_.empty() ? "{" : ",") + mcp::json_string(key) + ":" + value;
    return *this;
  }
  std::string done() const { return (out_.empty() ? "{" : out_) + "}"; }

 private:
  std::string out_;
};

std::string unless_empty_object(const std::string& json) { return json == "{}" ? std::string() : json; }

// What the four tables have of their own: the names of their text columns, first the key, then the definition; the
// values for an entry; and a definition made of the values of a row that has none.
template <typename Entry>
struct Table;

template <>
struct Table<ToolEntry> {
  static constexpr const char* kName = "tools";
  static constexpr std::array<const char*, 5> kColumns = {"name", "definition", "description", "input_schema",
                                                          "annotations"};
  using Values = std::array<std::string, kColumns.size()>;
  static const std::string& key_of(const ToolEntry& tool) { return tool.own_name; }
  static Values values_of(const ToolEntry& tool) {
    const Source source(tool.definition);
    return {tool.own_name, tool.definition, source.text("description"), source.json("inputSchema", "{}"),
            source.json("annotations", "{}")};
  }
  static std::string definition_of(const Values& row) {
    const std::string schema = row[3].empty() || row[3] == "null" ? R"({"type":"object"})" : row[3];
    Builder builder;
    builder.text("name", row[0]).text("description", row[2]).json("inputSchema", schema);
    return builder.json("annotations", unless_empty_object(row[4])).done();
  }
};

template <>
struct Table<PromptEntry> {
  static constexpr const char* kName = "prompts";
  static constexpr std::array<const char*, 4> kColumns = {"name", "definition", "description", "arguments"};
  using Values = std::array<std::string, kColumns.size()>;
  static const std::string& key_of(const PromptEntry& prompt) { return prompt.own_name; }
  static Values values_of(const PromptEntry& prompt) {
    const Source source(prompt.definition);
    return {prompt.own_name, prompt.definition, source.text("description"), source.json("arguments", "null")};
  }
  static std::string definition_of(const Values& row) {
    return Builder().text("name", row[0]).text("description", row[2]).json("arguments", row[3]).done();
  }
};

template <>
struct Table<ResourceEntry> {
  static constexpr const char* kName = "resources";
  static constexpr std::array<const char*, 8> kColumns = {"original_uri", "definition", "uri",         "name",
                                                          "description",  "mime_type",  "annotations", "meta"};
  using Values = std::array<std::string, kColumns.size()>;
  static const std::string& key_of(const ResourceEntry& resource) { return resource.own_uri; }
  static Values values_of(const ResourceEntry& resource) {
    const Source source(resource.definition);
    return {resource.own_uri,
            resource.definition,
            resource.exposed_uri,
            resource.own_name,
            source.text("description"),
            source.text("mimeType"),
            source.json("annotations", "null"),
            source.json("_meta", "null")};
  }
  static std::string definition_of(const Values& row) {
    Builder builder;
    builder.text("uri", row[0]).text("name", row[3]).text("description", row[4]).text("mimeType", row[5]);
    builder.json("annotations", unless_empty_object(row[6]));
    return builder.json("_meta", unless_empty_object(row[7])).done();
  }
};

template <>
struct Table<ResourceTemplateEntry> {
  static constexpr const char* kName = "resource_templates";
  static constexpr std::array<const char*, 3> kColumns = {"uri_template", "definition", "name"};
  using Values = std::array<std::string, kColumns.size()>;
  static const std::string& key_of(const ResourceTemplateEntry& entry) { return entry.own_template; }
  static Values values_of(const ResourceTemplateEntry& entry) {
    return {entry.own_template, entry.definition, entry.own_name};
  }
  static std::string definition_of(const Values& row) {
    return Builder().text("uriTemplate", row[0]).text("name", row[2]).done();
  }
};

// "a, b, c", each made by `make` of a column.
template <typename Entry, typename Make>
std::string listed(Make make) {
  std::string list;
  for (const char* column : Table<Entry>::kColumns)
    list += (list.empty() ? "" : ", ") + make(std::string(column));
  return list;
}

// One prepared INSERT or UPDATE whose parameters are set before each run.
template <typename Entry>
class RowWriter {
 public:
  RowWriter(soci::session& session, const std::string& sql) : statement_(session) {
    statement_.exchange(soci::use(now_));
    statement_.exchange(soci::use(server_id_));
    statement_.exchange(soci::use(enabled_));
    statement_.exchange(soci::use(position_));
    for (std::string& value : values_)
      statement_.exchange(soci::use(value));
    statement_.exchange(soci::use(id_));
    statement_.alloc();
    statement_.prepare(sql);
    statement_.define_and_bind();
  }
  // `id` nullopt: a new row gets the next one.
  void run(const Entry& entry, std::int64_t server_id, std::size_t position, std::optional<std::int64_t> id,
           const std::string& now) {
    now_ = now;
    server_id_ = server_id;
    enabled_ = entry.enabled ? 1 : 0;
    position_ = static_cast<long long>(position);
    values_ = Table<Entry>::values_of(entry);
    id_ = id.value_or(0);
    statement_.execute(true);
  }

 private:
  soci::statement statement_;
  std::string now_;
  long long server_id_ = 0;
  int enabled_ = 0;
  long long position_ = 0;
  typename Table<Entry>::Values values_;
  long long id_ = 0;
};

// The last parameter is the id in both: NULLIF makes 0 "the next one".
template <typename Entry>
std::string insert_sql() {
  const std::string columns = listed<Entry>([](const std::string& column) { return column; });
  const std::string values = listed<Entry>([](const std::string& column) { return ":" + column; });
  return std::string("INSERT INTO ") + Table<Entry>::kName + " (updated_at, server_id, enabled, position, " + columns +
         ", id, created_at) VALUES (:now, :server_id, "
         ":enabled, :position, " +
         values + ", NULLIF(:id, 0), :now)";
}

template <typename Entry>
std::string update_sql() {
  return std::string("UPDATE ") + Table<Entry>::kName +
         " SET updated_at = :now, server_id = :server_id, enabled = :enabled, position = :position, " +
         listed<Entry>([](const std::string& column) { return column + " = :" + column; }) + " WHERE id = :id";
}

struct StoredRow {
  std::int64_t id = 0;
  std::string created_at;
};

// The rows of one server by key. Of rows with one key, which MCPJungle allows, the first counts.
template <typename Entry>
std::map<std::string, StoredRow> rows_by_key(soci::session& session, std::int64_t server_id) {
  std::map<std::string, StoredRow> rows;
  long long id = 0;
  std::string key;
  std::string created_at;
  const long long server = server_id;
  soci::statement statement =
      (session.prepare << std::string("SELECT id, COALESCE(created_at, ''), ") + Table<Entry>::kColumns[0] + " FROM " +
                              Table<Entry>::kName + " WHERE server_id = :server AND deleted_at IS NULL ORDER BY id",
       soci::use(server), soci::into(id), soci::into(created_at), soci::into(key));
  statement.execute();
  while (statement.fetch())
    rows.emplace(key, StoredRow{id, created_at});
  return rows;
}

template <typename Entry>
void delete_all_but(soci::session& session, std::int64_t server_id, const std::set<std::int64_t>& kept) {
  std::vector<long long> gone;
  long long id = 0;
  const long long server = server_id;
  const std::string table = Table<Entry>::kName;
  {
    soci::statement all = (session.prepare << "SELECT id FROM " + table + " WHERE server_id = :server",
                           soci::use(server), soci::into(id));
    all.execute();
    while (all.fetch()) {
      if (!kept.contains(id)) gone.push_back(id);
    }
  }
  soci::statement one = (session.prepare << "DELETE FROM " + table + " WHERE id = :id", soci::use(id));
  for (const long long each : gone) {
    id = each;
    one.execute(true);
  }
}

}  // namespace

template <typename Entry>
std::map<std::int64_t, std::vector<Entry>> EntryRows<Entry>::load(soci::session& session) {
  std::map<std::int64_t, std::vector<Entry>> entries;
  long long id = 0;
  long long server_id = 0;
  int enabled = 0;
  std::string created_at;
  std::string updated_at;
  typename Table<Entry>::Values values;
  soci::statement statement(session);
  statement.exchange(soci::into(id));
  statement.exchange(soci::into(server_id));
  statement.exchange(soci::into(enabled));
  statement.exchange(soci::into(created_at));
  statement.exchange(soci::into(updated_at));
  for (std::string& value : values)
    statement.exchange(soci::into(value));
  statement.alloc();
  statement.prepare("SELECT id, server_id, COALESCE(enabled, 1), COALESCE(created_at, ''), COALESCE(updated_at, ''), " +
                    listed<Entry>([](const std::string& column) { return "COALESCE(" + column + ", '')"; }) + " FROM " +
                    Table<Entry>::kName + " WHERE deleted_at IS NULL ORDER BY server_id, position, id");
  statement.define_and_bind();
  statement.execute();
  while (statement.fetch()) {
    Entry& entry = entries[server_id].emplace_back();
    entry.id = id;
    entry.enabled = enabled != 0;
    entry.created_at = shown_time(created_at);
    entry.updated_at = shown_time(updated_at);
    entry.definition = values[1].empty() ? Table<Entry>::definition_of(values) : values[1];
  }
  return entries;
}

template <typename Entry>
void EntryRows<Entry>::store(soci::session& session, std::int64_t server_id, const std::string& now,
                             std::vector<Entry>& entries) {
  const auto before = rows_by_key<Entry>(session, server_id);
  std::set<std::int64_t> kept;
  for (const Entry& entry : entries) {
    const auto row = before.find(Table<Entry>::key_of(entry));
    if (row != before.end()) kept.insert(row->second.id);
  }
  // First of all, so that a unique index that some database may have is not hit by what leaves.
  if (!before.empty()) delete_all_but<Entry>(session, server_id, kept);

  RowWriter<Entry> insert(session, insert_sql<Entry>());
  RowWriter<Entry> update(session, update_sql<Entry>());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Entry& entry = entries[i];
    entry.updated_at = shown_time(now);
    const auto row = before.find(Table<Entry>::key_of(entry));
    if (row != before.end()) {
      update.run(entry, server_id, i, row->second.id, now);
      entry.id = row->second.id;
      entry.created_at = shown_time(row->second.created_at);
    } else {
      insert.run(entry, server_id, i, std::nullopt, now);
      long long id = 0;
      session.get_last_insert_id(Table<Entry>::kName, id);
      entry.id = id;
      entry.created_at = shown_time(now);
    }
  }
}

template <typename Entry>
void EntryRows<Entry>::remove(soci::session& session, std::int64_t server_id) {
  const long long server = server_id;
  session << std::string("DELETE FROM ") + Table<Entry>::kName + " WHERE server_id = :server", soci::use(server);
}

template <typename Entry>
void EntryRows<Entry>::store_flags(soci::session& session, std::int64_t server_id, const std::vector<std::int64_t>& ids,
                                   bool enabled, const std::string& now) {
  if (ids.empty()) return;
  const int flag = enabled ? 1 : 0;
  const long long server = server_id;
  long long id = 0;
  soci::statement statement =
      (session.prepare << std::string("UPDATE ") + Table<Entry>::kName +
                              " SET enabled = :enabled, updated_at = :now WHERE id = :id AND server_id = :server",
       soci::use(flag), soci::use(now), soci::use(id), soci::use(server));
  for (const std::int64_t each : ids) {
    id = each;
    statement.execute(true);
  }
}

template class EntryRows<ToolEntry>;
template class EntryRows<PromptEntry>;
template class EntryRows<ResourceEntry>;
template class EntryRows<ResourceTemplateEntry>;

}  // namespace jungle::store
