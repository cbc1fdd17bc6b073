#include "catalog/admission.h"

#include <set>
#include <utility>

#include "catalog/definition.h"
#include "catalog/names.h"
#include "mcp/json_reader.h"

namespace jungle::catalog {
namespace {

// The sentences about one server, at most kWarningsMax of them.
class Sentences {
 public:
  void add(DefinitionKind kind, const std::string& name, const std::string& what) {
    ++count_;
    if (list_.size() == kWarningsMax) return;
    const std::string who = name.empty() ? "a " + std::string(text_of(kind)) + " without a usable name"
                                         : std::string(text_of(kind)) + " '" + name + "'";
    list_.push_back(who + " " + what);
  }
  std::vector<std::string> take() {
    if (count_ > list_.size()) list_.push_back("and " + std::to_string(count_ - list_.size()) + " more");
    return std::move(list_);
  }

 private:
  std::vector<std::string> list_;
  std::size_t count_ = 0;
};

// Goes through all entries of a server and keeps those that can be exposed.
class Completion {
 public:
  explicit Completion(ServerEntry& server) : server_(server) {}

  std::vector<std::string> run() {
    if (!mcp::read_members(server_.capabilities)) server_.capabilities = "{}";
    if (!mcp::read_members(server_.server_info)) server_.server_info = "{}";
    keep_usable(DefinitionKind::kTool, server_.tools);
    keep_usable(DefinitionKind::kPrompt, server_.prompts);
    keep_usable(DefinitionKind::kResource, server_.resources);
    keep_usable(DefinitionKind::kResourceTemplate, server_.resource_templates);
    return sentences_.take();
  }

 private:
  template <typename Entry>
  void keep_usable(DefinitionKind kind, std::vector<Entry>& entries) {
    std::vector<Entry> kept;
    kept.reserve(std::min(entries.size(), kEntriesMax));
    std::set<std::string> keys;
    for (Entry& entry : entries) {
      // The text is moved only if it is used: a refused one still names itself in the sentence.
      auto read = read_definition(kind, entry.definition);
      const std::string name = read ? read->name : name_for_people(entry.definition);
      std::string why = read ? fill(entry, *read) : read.error().message;
      const std::string& key = read && !read->uri.empty() ? read->uri : name;
      if (why.empty() && keys.contains(key)) why = "there is another one of that " + key_word(kind);
      if (why.empty() && kept.size() == kEntriesMax) why = "a server has at most " + std::to_string(kEntriesMax);
      if (why.empty() && bytes_ + entry.definition.size() > kServerBytesMax)
        why = "the definitions of a server have at most " + std::to_string(kServerBytesMax) + " bytes together";
      if (!why.empty()) {
        sentences_.add(kind, name, "was set aside: " + why);
        continue;
      }
      if (!read->note.empty()) sentences_.add(kind, name, "was repaired: " + read->note);
      bytes_ += entry.definition.size();
      keys.insert(key);
      kept.push_back(std::move(entry));
    }
    entries = std::move(kept);
  }

  static std::string key_word(DefinitionKind kind) {
    return kind == DefinitionKind::kResource || kind == DefinitionKind::kResourceTemplate ? "URI" : "name";
  }

  // Each fill() derives an entry's fields and tells why it cannot be used, if so.
  std::string fill(ToolEntry& tool, Definition& read) {
    name_entry(tool, read);
    tool.needs_task = read.needs_task;
    tool.can_be_task = read.can_be_task && offers_tasks(server_);
    tool.can_be_legacy_task = read.can_be_task && offers_legacy_tasks(server_);
    tool.param_headers.clear();
    if (server_.spec.transport == Transport::kStdio) return {};  // stdio has no headers.
    auto headers = mcp::read_param_headers(read.input_schema.of(tool.definition));
    if (!headers) return headers.error().message;
    tool.param_headers = std::move(*headers);
    return {};
  }
  std::string fill(PromptEntry& prompt, Definition& read) {
    name_entry(prompt, read);
    return {};
  }
  std::string fill(ResourceEntry& resource, Definition& read) {
    name_entry(resource, read);
    resource.own_uri = read.uri;
    resource.exposed_uri = exposed_uri_of(server_.spec.name, read.uri);
    resource.uri_range = read.uri_range;
    return {};
  }
  std::string fill(ResourceTemplateEntry& entry, Definition& read) {
    name_entry(entry, read);
    entry.own_template = read.uri;
    entry.exposed_template = exposed_template_of(server_.spec.name, read.uri);
    entry.uri_range = read.uri_range;
    return {};
  }

  template <typename Entry>
  void name_entry(Entry& entry, Definition& read) {
    entry.definition = std::move(read.text);
    entry.own_name = read.name;
    entry.exposed_name = exposed_name_of(server_.spec.name, read.name);
    entry.name_range = read.name_range;
  }

  ServerEntry& server_;
  Sentences sentences_;
  std::size_t bytes_ = 0;
};

template <typename Entry>
void take_definitions(std::vector<std::string> definitions, std::vector<Entry>& entries) {
  entries.resize(definitions.size());
  for (std::size_t i = 0; i < definitions.size(); ++i)
    entries[i].definition = std::move(definitions[i]);
}

}  // namespace

ServerEntry admit(ServerSpec spec, Discovery discovery) {
  ServerEntry server;
  server.spec = std::move(spec);
  server.revision = std::move(discovery.revision);
  server.capabilities = std::move(discovery.capabilities);
  server.server_info = std::move(discovery.server_info);
  server.instructions = std::move(discovery.instructions);
  server.warnings = std::move(discovery.warnings);
  take_definitions(std::move(discovery.tools), server.tools);
  take_definitions(std::move(discovery.prompts), server.prompts);
  take_definitions(std::move(discovery.resources), server.resources);
  take_definitions(std::move(discovery.resource_templates), server.resource_templates);
  for (std::string& sentence : complete(server))
    server.warnings.push_back(std::move(sentence));
  return server;
}

std::vector<std::string> complete(ServerEntry& server) { return Completion(server).run(); }

std::shared_ptr<const ServerEntry> share(ServerEntry server) {
  auto shared = std::make_shared<ServerEntry>(std::move(server));
  const auto own = [&](auto& entries) {
    for (auto& entry : entries)
      entry.server = shared.get();
  };
  own(shared->tools);
  own(shared->prompts);
  own(shared->resources);
  own(shared->resource_templates);
  return shared;
}

}  // namespace jungle::catalog
