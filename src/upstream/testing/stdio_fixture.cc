// A small MCP server on standard input and output, for tests and benchmarks: fast, and able to misbehave.
//
// stdio_fixture [option...]
//   legacy            speak up to 2025-11-25 (default)        modern     speak 2026-07-28 only
//   ignore-eof        stay alive when stdin closes            ignore-term  ignore SIGTERM
//   grandchild        leave a child behind that holds the pipes and ignores SIGTERM
//   exit=N            write "cannot start: no token" to stderr and exit with N at once
//   silent            read, never answer                      chatty     write garbage lines to stdout
//   strict            exit on any request before initialize   slow-start=MS  wait before reading
//   noisy=N           write N lines to stderr at once
//   conditional       has the tool `capable` for clients that declare sampling
//   asks-lists        asks clients that declare roots for them before it lists its tools
//   touchy            exit when the client refuses such a question
//   late-tools        grow (see below) when the tools were listed, and say that they changed
//   picky             refuse `initialize` of a client that declares anything
// Tools: echo, big (a result of `bytes` bytes on one line), flood (`bytes` bytes of progress, then the answer),
// progress, ask (sends a server request first), ask-and-cancel, pid, counter, hang (never answers), die (exits with
// code 3), cancelled (how many cancellations came), change (says that the tools have changed), touch (says that what
// was subscribed to last has changed, and names it), doubt (refuses the revision of the first call), pair (tasks that
// ask their clients once there are two of them), grow (from now on there is the tool `grown`, and none that is `big`),
// capable.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace {

struct Options {
  bool modern = false, ignore_eof = false, silent = false, chatty = false, strict = false;
  bool conditional = false, asks_lists = false, touchy = false, picky = false, late_tools = false;
};

// The raw JSON value of the first member called `key`; enough for what our own gateway writes.
std::string value_of(const std::string& text, std::string_view key) {
  const std::string quoted = "\"" + std::string(key) + "\":";
  const std::size_t at = text.find(quoted);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + quoted.size();
  std::size_t end = begin;
  int depth = 0;
  bool in_string = false;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    if (in_string) {
      if (c == '\\') {
        ++end;
      } else if (c == '"') {
        in_string = false;
      }
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && depth-- == 0) break;
    if (c == ',' && depth == 0) break;
  }
  return text.substr(begin, end - begin);
}

void write_line(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

class Server {
 public:
  explicit Server(Options options) : options_(options) {}

  void handle(const std::string& line) {
    const std::string method = value_of(line, "method");
    const std::string id = value_of(line, "id");
    if (method.empty() && id == "\"lists\"") return list_tools_at_last(line);
    if (method.empty()) {
      if (id.starts_with("\"t"))
        return text_result(id.substr(2, id.size() - 3),
                           line.find("\"result\"") == std::string::npos ? "refused" : "asked");
      if (!pending_id_.empty()) {
        text_result(pending_id_, "the client said: " + std::to_string(line.size()) + " bytes, error " +
                                     (line.find("\"error\"") != std::string::npos ? "yes" : "no"));
        pending_id_.clear();
      }
      return;
    }
    if (method == "\"notifications/cancelled\"") ++cancelled_;
    if (id.empty() || options_.silent) return;
    if (options_.strict && !initialized_ && method != "\"initialize\"") std::exit(1);
    if (method == "\"initialize\"") return initialize(line, id);
    if (method == "\"server/discover\"" && options_.modern) return discover(id);
    if (options_.modern && line.find("io.modelcontextprotocol/protocolVersion") == std::string::npos) {
      return error(id, -32602, "the protocol version is missing");
    }
    if (!options_.modern && !initialized_) return error(id, -32000, "not initialized");
    if (options_.modern) take_capabilities(line, "io.modelcontextprotocol/clientCapabilities");
    if (method == "\"tools/list\"") return tools_list(id);
    if (method == "\"tools/call\"") return tools_call(line, id);
    if (method == "\"prompts/list\"") return result(id, R"("prompts":[{"name":"greet","title":"Greets"}])");
    if (method == "\"resources/list\"") return result(id, R"("resources":[{"name":"a","uri":"file:///a"}])");
    if (method == "\"subscriptions/listen\"" && options_.modern) return listen(line, id);
    if (method == "\"resources/subscribe\"" || method == "\"resources/unsubscribe\"")
      return subscribe(method, line, id);
    if (method == "\"ping\"" && !options_.modern) return result(id, "");
    if (method == "\"tasks/result\"") return task_result(line, id);
    error(id, -32601, "Method not found");
  }

 private:
  void initialize(const std::string& line, const std::string& id) {
    if (options_.modern) return error(id, -32022, "unsupported", R"({"supported":["2026-07-28"],"requested":"x"})");
    take_capabilities(line, "capabilities");
    if (options_.picky && value_of(line, "capabilities") != "{}") return error(id, -32603, "Unrecognized field");
    initialized_ = true;
    result(
        id,
        "\"protocolVersion\":" + value_of(line, "protocolVersion") +
            R"(,"capabilities":{"tools":{},"prompts":{},"resources":{}},"serverInfo":{"name":"fixture","version":"1"})" +
            R"(,"instructions":"Be kind.")");
  }
  void discover(const std::string& id) {
    result(id, R"("supportedVersions":["2026-07-28"],"capabilities":{"tools":{},"prompts":{},"resources":{}},)"
               R"("ttlMs":0,"cacheScope":"private")");
  }
  void take_capabilities(const std::string& line, std::string_view key) {
    const std::string capabilities = value_of(line, key);
    is_capable_ = options_.conditional && capabilities.find("\"sampling\"") != std::string::npos;
    has_roots_ = capabilities.find("\"roots\"") != std::string::npos;
  }
  void tools_list(const std::string& id) {
    if (options_.asks_lists && has_roots_ && listing_id_.empty()) {
      listing_id_ = id;
      return write_line(R"({"jsonrpc":"2.0","id":"lists","method":"roots/list"})");
    }
    std::string tools = tool("echo") + (has_grown_ ? "," + tool("grown") : "," + tool("big")) + "," + tool("pid");
    if (is_capable_) tools += "," + tool("capable");
    result(id, "\"tools\":[" + tools + "]");
    if (options_.late_tools && !std::exchange(has_grown_, true)) say("tools/list_changed", "");
  }
  void list_tools_at_last(const std::string& line) {
    if (options_.touchy && line.find("\"error\"") != std::string::npos) std::exit(1);
    tools_list(listing_id_);
  }
  static std::string tool(const std::string& name) {
    return R"({"name":")" + name + R"(","inputSchema":{"type":"object"}})";
  }
  void tools_call(const std::string& line, const std::string& id) {
    // The last one: `_meta`, which we put in front, may name its writer.
    const std::string name = value_of(line.substr(line.rfind("\"name\":")), "name");
    if (name == "\"echo\"") return text_result(id, value_of(line, "arguments"));
    if (name == "\"capable\"" && is_capable_) return text_result(id, "as you can");
    if (name == "\"grow\"") {
      has_grown_ = true;
      return text_result(id, "grown");
    }
    if (name == "\"pid\"") return text_result(id, std::to_string(getpid()));
    if (name == "\"counter\"") return text_result(id, std::to_string(++counter_));
    if (name == "\"cancelled\"") return text_result(id, std::to_string(cancelled_));
    if (name == "\"params\"") return text_result(id, value_of(line, "params"));
    if (name == "\"big\"") return text_result(id, std::string(std::stoul(value_of(line, "bytes")), 'x'));
    if (name == "\"flood\"") {
      constexpr std::size_t kPiece = 32 * 1024;
      const std::string params =
          "\"progressToken\":" + value_of(line, "progressToken") + R"(,"progress":1,"message":")";
      for (std::size_t left = std::stoul(value_of(line, "bytes")); left >= kPiece; left -= kPiece)
        say("progress", params + std::string(kPiece, 'x') + "\"");
      return text_result(id, "flooded");
    }
    if (name == "\"touch\"") {
      if (!subscribed_.empty()) {
        say("resources/updated", "\"uri\":" + subscribed_);
      }
      return text_result(id, subscribed_.empty() ? "" : subscribed_.substr(1, subscribed_.size() - 2));
    }
    if (name == "\"change\"") {
      say("tools/list_changed", "");
      return text_result(id, "changed");
    }
    if (name == "\"doubt\"") {
      if (doubts_++ == 0) return error(id, -32022, "unsupported", R"({"supported":["2026-07-28"],"requested":"x"})");
      return text_result(id, std::to_string(doubts_));
    }
    if (name == "\"pair\"") return result(id, R"("task":{"taskId":"t)" + id + R"(","status":"working"})");
    if (name == "\"hang\"") return;
    if (name == "\"die\"") {
      std::fprintf(stderr, "dying as asked\n");
      std::_Exit(3);
    }
    if (name == "\"progress\"") return progress(line, id);
    if (name == "\"ask\"") {
      pending_id_ = id;
      return write_line(R"({"jsonrpc":"2.0","id":"s-1","method":"elicitation/create","params":{"message":"Who?"}})");
    }
    if (name == "\"ask-and-cancel\"") {
      write_line(R"({"jsonrpc":"2.0","id":"s-3","method":"elicitation/create","params":{"message":"Who?"}})");
      write_line(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"s-3"}})");
      return text_result(id, "never mind");
    }
    if (name == "\"ping\"") {
      pending_id_ = id;
      return write_line(R"({"jsonrpc":"2.0","id":"s-2","method":"ping"})");
    }
    error(id, -32602, "Unknown tool");
  }
  void task_result(const std::string& line, const std::string& id) {
    const std::string question =
        R"({"jsonrpc":"2.0","id":"t)" + id + R"(","method":"elicitation/create","params":{"message":"Who?","_meta":)" +
        R"({"io.modelcontextprotocol/related-task":{"taskId":)" + value_of(line, "taskId") + "}}}}";
    if (question_.empty()) {
      question_ = question;
      return;
    }
    write_line(question_);
    write_line(question);
  }
  // Under the subscription, if there is one.
  void say(const std::string& what, const std::string& members) {
    const std::string tag =
        listen_id_.empty() ? "" : R"("_meta":{"io.modelcontextprotocol/subscriptionId":)" + listen_id_ + "}";
    write_line(R"({"jsonrpc":"2.0","method":"notifications/)" + what + "\",\"params\":{" + tag +
               (tag.empty() || members.empty() ? "" : ",") + members + "}}");
  }
  void listen(const std::string& line, const std::string& id) {
    listen_id_ = id;
    const std::string uris = value_of(line, "resourceSubscriptions");
    subscribed_ = uris.empty() ? "" : uris.substr(1, uris.size() - 2);
    say("subscriptions/acknowledged", "\"notifications\":" + value_of(line, "notifications"));
  }
  void subscribe(const std::string& method, const std::string& line, const std::string& id) {
    const std::string uri = value_of(line, "uri");
    if (uri.starts_with("\"secret:")) return error(id, -32602, "not for you");
    subscribed_ = method == "\"resources/subscribe\"" ? uri : "";
    result(id, "");
  }
  void progress(const std::string& line, const std::string& id) {
    const std::string token = value_of(line, "progressToken");
    for (int i = 1; i <= 3 && !token.empty(); ++i) {
      write_line(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":)" + token +
                 ",\"progress\":" + std::to_string(i) + ",\"total\":3}}");
    }
    text_result(id, "done");
  }

  void text_result(const std::string& id, const std::string& text) {
    std::string quoted;
    for (const char c : text) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    result(id, R"("content":[{"type":"text","text":")" + quoted + "\"}]");
  }
  void result(const std::string& id, const std::string& members) {
    std::string all = options_.modern ? "\"resultType\":\"complete\"" : "";
    if (!all.empty() && !members.empty()) all += ',';
    if (options_.chatty) write_line("I am about to answer!");
    write_line(R"({"jsonrpc":"2.0","id":)" + id + ",\"result\":{" + all + members + "}}");
  }
  void error(const std::string& id, int code, const std::string& message, const std::string& data = {}) {
    write_line(R"({"jsonrpc":"2.0","id":)" + id + ",\"error\":{\"code\":" + std::to_string(code) + ",\"message\":\"" +
               message + "\"" + (data.empty() ? "" : ",\"data\":" + data) + "}}");
  }

  Options options_;
  bool initialized_ = false;
  bool is_capable_ = false;
  bool has_roots_ = false;
  bool has_grown_ = false;
  std::string listing_id_;  // Of the list that waits for the client's answer.
  int counter_ = 0;
  int cancelled_ = 0;
  int doubts_ = 0;
  std::string pending_id_;
  std::string question_;
  std::string subscribed_;
  std::string listen_id_;
};

void start_grandchild() {
  if (fork() != 0) return;
  signal(SIGTERM, SIG_IGN);
  for (;;)
    pause();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "modern") options.modern = true;
    if (word == "ignore-eof") options.ignore_eof = true;
    if (word == "ignore-term") signal(SIGTERM, SIG_IGN);
    if (word == "silent") options.silent = true;
    if (word == "strict") options.strict = true;
    if (word == "conditional") options.conditional = true;
    if (word == "asks-lists") options.asks_lists = true;
    if (word == "touchy") options.touchy = true;
    if (word == "late-tools") options.late_tools = true;
    if (word == "picky") options.picky = true;
    if (word == "chatty") options.chatty = true;
    if (word == "grandchild") start_grandchild();
    if (word.starts_with("slow-start=")) poll(nullptr, 0, std::atoi(argv[i] + 11));
    if (word.starts_with("noisy=")) {
      for (int n = std::atoi(argv[i] + 6); n > 0; --n)
        std::fprintf(stderr, "line %d of much noise\n", n);
    }
    if (word.starts_with("exit=")) {
      std::fprintf(stderr, "cannot start: no token\n");
      return std::atoi(argv[i] + 5);
    }
  }
  Server server(options);
  for (std::string line; std::getline(std::cin, line);)
    server.handle(line);
  while (options.ignore_eof)
    pause();
  return 0;
}
