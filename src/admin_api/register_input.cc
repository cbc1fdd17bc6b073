#include "admin_api/register_input.h"

#include <algorithm>
#include <array>

#include "admin_api/object_writer.h"

namespace jungle::admin_api {
namespace {

void write_text(ObjectWriter& out, std::string_view key, const std::string& value) {
  if (!value.empty()) out.text(key, value);
}

void write_seconds(ObjectWriter& out, std::string_view key, const std::optional<Seconds>& value) {
  if (value) out.number(key, value->count());
}

}  // namespace

Result<RegisterInput> register_input_of(const Json& json) {
  RegisterInput input;
  FieldReader reader(json, "RegisterServerInput");
  reader.read("name", input.name)
      .read("transport", input.transport)
      .read("description", input.description)
      .read("url", input.url)
      .read("bearer_token", input.bearer_token)
      .read("headers", input.headers)
      .read("forward_headers", input.forward_headers)
      .read("ca_file", input.ca_file)
      .read("command", input.command)
      .read("args", input.args)
      .read("env", input.env)
      .read("cwd", input.cwd)
      .read("session_mode", input.session_mode)
      .read("oauth_grant", input.oauth_grant)
      .read("oauth_redirect_uri", input.oauth_redirect_uri)
      .read("oauth_client_id", input.oauth_client_id)
      .read("oauth_client_secret", input.oauth_client_secret)
      .read("oauth_client_private_key", input.oauth_client_private_key)
      .read("oauth_scopes", input.oauth_scopes)
      .read("oauth_issuer", input.oauth_issuer)
      .read("oauth_assume_s256", input.oauth_assume_s256)
      .read("protocol", input.protocol)
      .read("init_timeout_sec", input.init_timeout)
      .read("call_timeout_sec", input.call_timeout)
      .read("sync_interval_sec", input.sync_interval)
      .read("warm", input.warm);
  if (reader.error()) return *reader.error();
  return input;
}

Result<RegisterInput> parse_register_input(std::string_view json) {
  auto value = parse_json(json, Trailing::kIgnore);
  if (!value) return value.error();
  return register_input_of(*value);
}

Result<std::vector<RegisterInput>> parse_register_inputs(std::string_view json) {
  auto array = parse_array(json);
  if (!array) return array.error();
  std::vector<RegisterInput> inputs;
  for (const Json& item : array->items) {
    auto input = register_input_of(item);
    if (!input) return input.error();
    inputs.push_back(std::move(*input));
  }
  return inputs;
}

std::vector<std::string> register_field_names() {
  return {"name",
          "transport",
          "description",
          "url",
          "bearer_token",
          "headers",
          "forward_headers",
          "ca_file",
          "command",
          "args",
          "env",
          "cwd",
          "session_mode",
          "oauth_grant",
          "oauth_redirect_uri",
          "oauth_client_id",
          "oauth_client_secret",
          "oauth_client_private_key",
          "oauth_scopes",
          "oauth_issuer",
          "oauth_assume_s256",
          "protocol",
          "init_timeout_sec",
          "call_timeout_sec",
          "sync_interval_sec",
          "warm"};
}

std::string render(const RegisterInput& input) {
  ObjectWriter out;
  out.text("name", input.name).text("transport", input.transport).text("description", input.description);
  write_text(out, "url", input.url);
  write_text(out, "bearer_token", input.bearer_token.reveal());
  if (!input.headers.empty()) out.secrets("headers", input.headers);
  if (!input.forward_headers.empty()) out.texts("forward_headers", input.forward_headers);
  write_text(out, "ca_file", input.ca_file);
  write_text(out, "command", input.command);
  if (!input.args.empty()) out.strings("args", input.args);
  if (!input.env.empty()) out.secrets("env", input.env);
  write_text(out, "cwd", input.cwd);
  out.text("session_mode", input.session_mode.empty() ? "stateless" : input.session_mode);
  write_text(out, "oauth_grant", input.oauth_grant);
  write_text(out, "oauth_redirect_uri", input.oauth_redirect_uri);
  write_text(out, "oauth_client_id", input.oauth_client_id);
  write_text(out, "oauth_client_secret", input.oauth_client_secret.reveal());
  write_text(out, "oauth_client_private_key", input.oauth_client_private_key.reveal());
  if (!input.oauth_scopes.empty()) out.strings("oauth_scopes", input.oauth_scopes);
  write_text(out, "oauth_issuer", input.oauth_issuer);
  if (input.oauth_assume_s256) out.boolean("oauth_assume_s256", true);
  write_text(out, "protocol", input.protocol);
  write_seconds(out, "init_timeout_sec", input.init_timeout);
  write_seconds(out, "call_timeout_sec", input.call_timeout);
  write_seconds(out, "sync_interval_sec", input.sync_interval);
  if (input.warm) out.number("warm", *input.warm);
  return out.take();
}

std::string render(const std::vector<RegisterInput>& inputs) { return render_array(inputs); }

Result<bool> parse_switch(std::string_view name, std::string_view text) {
  // Go's strconv.ParseBool.
  constexpr std::array<std::string_view, 6> kTrue{"1", "t", "T", "true", "TRUE", "True"};
  constexpr std::array<std::string_view, 6> kFalse{"0", "f", "F", "false", "FALSE", "False"};
  if (text.empty()) return false;
  if (std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end()) return true;
  if (std::find(kFalse.begin(), kFalse.end(), text) != kFalse.end()) return false;
  return Error{ErrorCode::kInvalidArgument,
               "invalid " + std::string(name) + " query parameter: strconv.ParseBool: parsing " + json_string(text) +
                   ": invalid syntax",
               {}};
}

}  // namespace jungle::admin_api
