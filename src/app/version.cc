#include "app/version.h"

#ifndef JUNGLE_VERSION_TEXT
#error "JUNGLE_VERSION_TEXT comes from src/app/CMakeLists.txt"
#endif

namespace jungle::app {

std::string_view version() { return JUNGLE_VERSION_TEXT; }

std::string_view banner() {
  return "███╗   ███╗ ██████╗██████╗      ██╗██╗   ██╗███╗   ██╗ ██████╗ ██╗     ███████╗\n"
         "████╗ ████║██╔════╝██╔══██╗     ██║██║   ██║████╗  ██║██╔════╝ ██║     ██╔════╝\n"
         "██╔████╔██║██║     ██████╔╝     ██║██║   ██║██╔██╗ ██║██║  ███╗██║     █████╗\n"
         "██║╚██╔╝██║██║     ██╔═══╝ ██   ██║██║   ██║██║╚██╗██║██║   ██║██║     ██╔══╝\n"
         "██║ ╚═╝ ██║╚██████╗██║     ╚█████╔╝╚██████╔╝██║ ╚████║╚██████╔╝███████╗███████╗\n"
         "╚═╝     ╚═╝ ╚═════╝╚═╝      ╚════╝  ╚═════╝ ╚═╝  ╚═══╝ ╚═════╝ ╚══════╝╚══════╝\n";
}

}  // namespace jungle::app
