# an_embed_texts(TARGET HEADER FILES...): a header with the text of each file as `an::embedded::NAME`, NAME being the
# file's without `.toml`; written when CMake configures, which it does again when a file has changed.
function(an_embed_texts target header)
  set(an_texts "")
  foreach(file ${ARGN})
    get_filename_component(name ${file} NAME_WE)
    file(READ ${file} text)
    string(APPEND an_texts "inline constexpr std::string_view ${name} = R\"toml(${text})toml\";\n")
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARGN})
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/generated)
  file(CONFIGURE OUTPUT ${folder}/${header} @ONLY CONTENT [[
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

/// Texts that come with the program; written by CMake when it configures.
namespace an::embedded {

@an_texts@
}  // namespace an::embedded
]])
  target_include_directories(${target} PRIVATE ${folder})
endfunction()
