// Transcripts, played.
#pragma once

#include <optional>
#include <string>

#include "e2e/transcript.h"

namespace jungle::e2e {

// Where and why the gateway did not do what a transcript says.
struct Departure {
  int line = 0;
  std::string why;
};

// Starts a gateway, and the clients and servers of the transcript, in this thread, and plays it. Nothing: all of it was
// as it stands there, and nothing else was said.
std::optional<Departure> play(const Transcript& transcript);

}  // namespace jungle::e2e
