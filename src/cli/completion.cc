#include "cli/completion.h"

#include <vector>

#include "base/text.h"
#include "cli/help.h"

namespace jungle::cli {
namespace {

using Path = std::vector<const Command*>;

// Every command below the root, parents first.
void collect(const Path& path, std::vector<Path>& out) {
  out.push_back(path);
  for (const Command& child : path.back()->children) {
    Path child_path = path;
    child_path.push_back(&child);
    collect(child_path, out);
  }
}

// "/list/tools"; empty for the root.
std::string key_of(const Path& path) {
  std::string key;
  for (std::size_t i = 1; i < path.size(); ++i)
    key += "/" + path[i]->name;
  return key;
}

std::vector<Flag> all_flags(const Path& path) {
  std::vector<Flag> flags = flags_of(path);
  if (path.size() > 1) flags.push_back({"registry", 0, "string", "Base URL of the MCPJungle registry server", ""});
  return flags;
}

std::string known_keys(const std::vector<Path>& paths) {
  std::string keys;
  for (const Path& path : paths) {
    if (path.size() > 1) keys += (keys.empty() ? "" : " | ") + key_of(path);
  }
  return keys;
}

// `text` inside single quotes of a POSIX shell.
std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text)
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// As single_quoted, for fish, which knows \' and \\ instead.
std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text)
    out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out + "'";
}

std::string words_of(const Path& path) {
  std::string words;
  for (const Command& child : path.back()->children)
    words += child.name + " ";
  if (path.back()->name == "completion") words += "bash zsh fish ";
  for (const Flag& flag : all_flags(path))
    words += "--" + flag.name + " ";
  words.pop_back();
  return words;
}

std::string bash_script(const std::vector<Path>& paths) {
  std::string out =
      "# bash completion for mcpjungle; load it with: source <(mcpjungle completion bash)\n"
      "_mcpjungle() {\n"
      "  local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\" path= words= i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"$path/${COMP_WORDS[i]}\" in\n"
      "      " +
      known_keys(paths) +
      ") path=\"$path/${COMP_WORDS[i]}\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$previous\" in\n"
      "    -o | --output) COMPREPLY=($(compgen -W 'text json' -- \"$current\")); return ;;\n"
      "    -c | --conf | --sqlite-db-path) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n"
      "  esac\n"
      "  case \"$path\" in\n";
  for (const Path& path : paths)
    out += "    " + single_quoted(key_of(path)) + ") words=" + single_quoted(words_of(path)) + " ;;\n";
  return out +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "complete -o default -F _mcpjungle mcpjungle\n";
}

// "name:what it does", quoted for an array of zsh's _describe.
std::string described(const std::string& name, std::string_view what) {
  std::string text = name + ":";
  for (const char c : what)
    text += c == ':' ? std::string("\\:") : std::string(1, c);
  return single_quoted(text);
}

std::string zsh_script(const std::vector<Path>& paths) {
  std::string out =
      "#compdef mcpjungle\n"
      "# zsh completion for mcpjungle; load it with: source <(mcpjungle completion zsh)\n"
      "_mcpjungle() {\n"
      "  local place= word\n"
      "  local -a commands options\n"
      "  for word in \"${(@)words[2,CURRENT-1]}\"; do\n"
      "    case \"$place/$word\" in\n"
      "      (" +
      known_keys(paths) +
      ") place=\"$place/$word\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"${words[CURRENT-1]}\" in\n"
      "    (-o | --output) compadd text json; return ;;\n"
      "    (-c | --conf | --sqlite-db-path) _files; return ;;\n"
      "  esac\n"
      "  case \"$place\" in\n";
  for (const Path& path : paths) {
    out += "    (" + single_quoted(key_of(path)) + ")\n      commands=(";
    for (const Command& child : path.back()->children)
      out += described(child.name, child.summary) + " ";
    if (path.back()->name == "completion") out += "bash zsh fish";
    out += ")\n      options=(";
    for (const Flag& flag : all_flags(path))
      out += described("--" + flag.name, flag.help) + " ";
    out += ") ;;\n";
  }
  return out +
         "  esac\n"
         "  _describe command commands\n"
         "  _describe -o option options\n"
         "}\n"
         "(( $+functions[compdef] )) && compdef _mcpjungle mcpjungle\n";
}

// When the words so far name exactly this command.
std::string fish_condition(const Path& path) {
  if (path.size() == 1) return "__fish_use_subcommand";
  std::string condition;
  for (std::size_t i = 1; i < path.size(); ++i)
    condition += (i == 1 ? "" : "; and ") + ("__fish_seen_subcommand_from " + path[i]->name);
  return condition;
}

std::string fish_script(const std::vector<Path>& paths) {
  std::string out =
      "# fish completion for mcpjungle; load it with: mcpjungle completion fish | source\n"
      "complete -c mcpjungle -f\n";
  for (const Path& path : paths) {
    std::string children;
    for (const Command& child : path.back()->children)
      children += " " + child.name;
    const std::string condition = fish_condition(path);
    std::string for_children = condition;
    if (path.size() > 1 && !children.empty()) for_children += "; and not __fish_seen_subcommand_from" + children;
    for (const Command& child : path.back()->children) {
      out += "complete -c mcpjungle -n " + fish_quoted(for_children) + " -a " + child.name + " -d " +
             fish_quoted(child.summary) + "\n";
    }
    if (path.back()->name == "completion") {
      out += "complete -c mcpjungle -n " + fish_quoted(condition) + " -a 'bash zsh fish'\n";
    }
    for (const Flag& flag : all_flags(path)) {
      out += "complete -c mcpjungle -n " + fish_quoted(condition) + " -l " + flag.name;
      if (flag.letter != 0) out += std::string(" -s ") + flag.letter;
      if (!flag.is_switch()) out += flag.name == "output" ? " -x -a 'text json'" : " -r";
      if (flag.name == "conf" || flag.name == "sqlite-db-path") out += " -F";
      out += " -d " + fish_quoted(flag.help) + "\n";
    }
  }
  return out;
}

}  // namespace

Result<std::string> completion_script(std::string_view shell, const Command& root) {
  std::vector<Path> paths;
  collect({&root}, paths);
  if (shell == "bash") return bash_script(paths);
  if (shell == "zsh") return zsh_script(paths);
  if (shell == "fish") return fish_script(paths);
  const std::vector<std::string> shells{"bash", "zsh", "fish"};
  return Error{ErrorCode::kInvalidArgument,
               "there is no completion for '" + std::string(shell) + "', only for bash, zsh and fish" +
                   did_you_mean(shell, shells),
               {}};
}

}  // namespace jungle::cli
