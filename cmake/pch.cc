// Gives the precompiled-header library a source file.
namespace jungle {}
