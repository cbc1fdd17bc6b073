// "First let your user visit these URLs."
#pragma once

#include "mcp/client_capabilities.h"
#include "mcp/request.h"
#include "mcp/response.h"

namespace jungle::mcp {

// What a modern client gets for the error by which servers of 2025-11-25 say that a user must visit URLs first (-32042,
// client/elicitation "URL Elicitation Required Error"), which 2026-07-28 does not know: `input_required`, where the
// method and the client allow that, and the client repeats its request when the user is done; else an error that names
// what is missing. Every other response stays as it is.
Response url_elicitation_for_modern(Response response, Method method, ClientCapabilities capabilities);

// The same for a legacy client that is older than this error: one with a message that names the URLs.
Response url_elicitation_in_words(Response error);

}  // namespace jungle::mcp
