// How many files the process may have open: a connection, a stream and a pipe are one each.
#pragma once

#include <sys/resource.h>

namespace jungle {

// Raises the soft limit (RLIMIT_NOFILE) to the hard one, because a shell or a service manager often gives 1,024. For
// main(), before there are threads. Where the system refuses, the limit stays.
void raise_open_files_limit();

// What the process was given before that, which is what its children are to have: a program that uses select(), or
// closes all descriptors that there may be, is not made for more. Callable from any thread.
rlimit given_open_files_limit();

}  // namespace jungle
