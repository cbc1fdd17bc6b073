#include "store/config_json.h"

#include <limits>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "store/config_secrets.h"

namespace jungle::store {
namespace {

namespace json = boost::json;
using catalog::ServerSpec;
using catalog::Transport;
using SecretPairs = std::vector<std::pair<std::string, Secret>>;

json::object object_of(const SecretPairs& pairs) {
  json::object object;
  for (const auto& [name, value] : pairs)
    object[name] = value.reveal();
  return object;
}

json::object object_of(const std::vector<std::pair<std::string, std::string>>& pairs) {
  json::object object;
  for (const auto& [name, value] : pairs)
    object[name] = value;
  return object;
}

json::array array_of(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

Error not_a(std::string_view member, std::string_view type) {
  return Error{
      ErrorCode::kInvalidArgument, "the config member '" + std::string(member) + "' is not " + std::string(type), {}};
}

// Reads members of one object into fields. A member that is absent or null leaves its field alone. The first failure
// sticks.
class Fields {
 public:
  explicit Fields(const json::object& object) : object_(object) {}

  void read(std::string_view member, std::string& into) {
    const json::value* value = find(member);
    if (value == nullptr) return;
    if (!value->is_string()) return fail(member, "a string");
    into = std::string(value->get_string());
  }
  void read(std::string_view member, Secret& into) {
    std::string text;
    read(member, text);
    if (!text.empty()) into = Secret(std::move(text));
  }
  void read(std::string_view member, std::vector<std::string>& into) {
    const json::value* value = find(member);
    if (value == nullptr) return;
    if (!value->is_array()) return fail(member, "a list of strings");
    for (const json::value& element : value->get_array()) {
      if (!element.is_string()) return fail(member, "a list of strings");
      into.emplace_back(element.get_string());
    }
  }
  template <typename Text>
  void read(std::string_view member, std::vector<std::pair<std::string, Text>>& into) {
    const json::value* value = find(member);
    if (value == nullptr) return;
    if (!value->is_object()) return fail(member, "an object of strings");
    for (const auto& [key, element] : value->get_object()) {
      if (!element.is_string()) return fail(member, "an object of strings");
      into.emplace_back(std::string(key), Text(std::string(element.get_string())));
    }
  }
  void read(std::string_view member, int& into) {
    const json::value* value = find(member);
    if (value == nullptr) return;
    if (!value->is_int64() || value->get_int64() < 0 || value->get_int64() > std::numeric_limits<int>::max())
      return fail(member, "a number that fits");
    into = static_cast<int>(value->get_int64());
  }
  void read(std::string_view member, std::optional<int>& into) {
    int number = -1;
    read(member, number);
    if (number >= 0) into = number;
  }
  void read(std::string_view member, catalog::Protocol& into) {
    std::string word;
    read(member, word);
    if (word.empty()) return;
    const auto protocol = catalog::parse_protocol(word);
    if (!protocol) return fail(member, "auto, legacy or modern");
    into = *protocol;
  }

  void read(std::string_view member, catalog::OAuthGrant& into) {
    std::string word;
    read(member, word);
    if (word.empty()) return;
    const auto grant = catalog::parse_oauth_grant(word);
    if (!grant) return fail(member, "authorization_code or client_credentials");
    into = *grant;
  }
  void read(std::string_view member, bool& into) {
    const json::value* value = find(member);
    if (value == nullptr) return;
    if (!value->is_bool()) return fail(member, "true or false");
    into = value->get_bool();
  }

  Result<void> result() const {
    if (error_) return *error_;
    return {};
  }

 private:
  const json::value* find(std::string_view member) const {
    const json::value* value = object_.if_contains(member);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  void fail(std::string_view member, std::string_view type) {
    if (!error_) error_ = not_a(member, type);
  }

  const json::object& object_;
  std::optional<Error> error_;
};

}  // namespace

std::string render_config(const ServerSpec& spec, const Sealer& sealer) {
  json::object config;
  const auto put_text = [&](const char* member, const std::string& text) {
    if (!text.empty()) config[member] = text;
  };
  if (spec.transport == Transport::kStdio) {
    config["command"] = spec.command;
    if (!spec.args.empty()) config["args"] = array_of(spec.args);
    if (!spec.env.empty()) config["env"] = object_of(spec.env);
    put_text("cwd", spec.cwd);
    if (spec.warm != ServerSpec().warm) config["warm"] = spec.warm;
  } else {
    config["url"] = spec.url;
    put_text("bearer_token", spec.bearer_token.reveal());
    if (!spec.headers.empty()) config["headers"] = object_of(spec.headers);
    if (!spec.forward_headers.empty()) config["forward_headers"] = object_of(spec.forward_headers);
    put_text("ca_file", spec.ca_file);
  }
  if (spec.protocol != catalog::Protocol::kAuto) config["protocol"] = catalog::text_of(spec.protocol);
  if (spec.init_timeout_sec) config["init_timeout_sec"] = *spec.init_timeout_sec;
  if (spec.call_timeout_sec) config["call_timeout_sec"] = *spec.call_timeout_sec;
  if (spec.sync_interval_sec != 0) config["sync_interval_sec"] = spec.sync_interval_sec;
  put_text("oauth_redirect_uri", spec.oauth_redirect_uri);
  put_text("oauth_client_id", spec.oauth_client_id);
  put_text("oauth_client_secret", spec.oauth_client_secret.reveal());
  put_text("oauth_client_private_key", spec.oauth_client_private_key.reveal());
  if (!spec.oauth_scopes.empty()) config["oauth_scopes"] = array_of(spec.oauth_scopes);
  put_text("oauth_issuer", spec.oauth_issuer);
  if (spec.oauth_assume_s256) config["oauth_assume_s256"] = true;
  if (spec.oauth_grant != ServerSpec().oauth_grant) config["oauth_grant"] = catalog::text_of(spec.oauth_grant);
  seal_config(config, sealer, spec.name.str());
  return json::serialize(config);
}

Result<void> read_config(std::string_view config, const Sealer& sealer, ServerSpec& spec) {
  boost::system::error_code ec;
  json::value parsed = json::parse(config, ec);
  if (ec || !parsed.is_object()) return Error{ErrorCode::kInvalidArgument, "its config is not a JSON object", {}};
  if (auto opened = open_config(parsed.get_object(), sealer, spec.name.str()); !opened) return opened;
  Fields fields(parsed.get_object());
  if (spec.transport == Transport::kStdio) {
    fields.read("command", spec.command);
    fields.read("args", spec.args);
    fields.read("env", spec.env);
    fields.read("cwd", spec.cwd);
    fields.read("warm", spec.warm);
  } else {
    fields.read("url", spec.url);
    fields.read("bearer_token", spec.bearer_token);
    fields.read("headers", spec.headers);
    fields.read("forward_headers", spec.forward_headers);
    fields.read("ca_file", spec.ca_file);
  }
  fields.read("protocol", spec.protocol);
  fields.read("init_timeout_sec", spec.init_timeout_sec);
  fields.read("call_timeout_sec", spec.call_timeout_sec);
  fields.read("sync_interval_sec", spec.sync_interval_sec);
  fields.read("oauth_redirect_uri", spec.oauth_redirect_uri);
  fields.read("oauth_client_id", spec.oauth_client_id);
  fields.read("oauth_client_secret", spec.oauth_client_secret);
  fields.read("oauth_client_private_key", spec.oauth_client_private_key);
  fields.read("oauth_scopes", spec.oauth_scopes);
  fields.read("oauth_issuer", spec.oauth_issuer);
  fields.read("oauth_assume_s256", spec.oauth_assume_s256);
  fields.read("oauth_grant", spec.oauth_grant);
  return fields.result();
}

}  // namespace jungle::store
