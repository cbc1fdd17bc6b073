#include "http/resolver.h"

#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <netdb.h>
#include <sys/socket.h>

#include "base/signal.h"

namespace jungle::http {
namespace {

using Tcp = asio::ip::tcp;
using Endpoints = std::vector<Tcp::endpoint>;

constexpr std::size_t kAddressesMax = 16;  // Of one name: more are not going to be tried in time.

struct Answer {
  int error = 0;
  Endpoints endpoints;
};

}  // namespace

// Shared by the caller, which may leave, and the blocking job, which cannot be stopped.
struct Resolver::Question {
  explicit Question(Executor executor) : answered(executor) {}
  Signal answered;
  std::optional<Answer> answer;
};

namespace {

Answer ask_system(const std::string& host, std::uint16_t port) {
  Answer answer;
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  answer.error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (answer.error == EAI_NONAME || answer.error == EAI_ADDRFAMILY) {
    // A machine with nothing but a loopback interface has no configured address family.
    hints.ai_flags = 0;
    answer.error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  }
  if (answer.error != 0) return answer;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  for (const addrinfo* one = found; one && answer.endpoints.size() < kAddressesMax; one = one->ai_next) {
    Tcp::endpoint endpoint;
    if (one->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), one->ai_addr, one->ai_addrlen);
    endpoint.resize(one->ai_addrlen);
    endpoint.port(port);
    answer.endpoints.push_back(endpoint);
  }
  return answer;
}

}  // namespace

Task<Result<Endpoints>> Resolver::resolve(const std::string& host, std::uint16_t port, SteadyTime deadline) {
  boost::system::error_code ec;
  if (const auto address = asio::ip::make_address(host, ec); !ec) co_return Endpoints(1, Tcp::endpoint(address, port));

  auto question = std::make_shared<Question>(executor_);
  asio::post(blocking_, [question, host, port, executor = executor_]() mutable {
    auto answer = std::make_shared<Answer>(ask_system(host, port));
    // The question must end on its own executor: it has a timer there.
    asio::post(executor, [question = std::move(question), answer = std::move(answer)] {
      question->answer = std::move(*answer);
      question->answered.notify_all();
    });
  });
  bool late = false;
  DeadlineList::Entry entry([&late, &question] {
    late = true;
    question->answered.notify_all();
  });
  if (deadline != kNever) deadlines_.arm(entry, deadline);
  open_.push_back(question.get());
  bool woken = true;
  while (!question->answer && !late && !stopped_ && woken) {
    woken = co_await question->answered.wait();
  }
  std::erase(open_, question.get());

  if (!question->answer && late)
    co_return Error{ErrorCode::kDeadlineExceeded, "looking up the host name '" + host + "' took too long", {}};
  if (!question->answer)
    co_return Error{ErrorCode::kCancelled, "the call was cancelled while its host name was looked up", {}};
  if (question->answer->error != 0 || question->answer->endpoints.empty()) {
    co_return Error{ErrorCode::kUnavailable, "no such host: '" + host + "' could not be found",
                    gai_strerror(question->answer->error)};
  }
  co_return std::move(question->answer->endpoints);
}

void Resolver::stop() {
  stopped_ = true;
  for (Question* question : open_)
    question->answered.notify_all();
}

}  // namespace jungle::http
