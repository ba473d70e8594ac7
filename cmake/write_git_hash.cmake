# cmake -D SOURCE=FOLDER -D OUTPUT=FILE -P write_git_hash.cmake: a header with the commit that is checked out in FOLDER,
# "-modified" after it where tracked files differ from the commit; outside git, as in an archive of the sources or a
# container, "unknown-" and a hash of what the program is made of, so that two programs are told apart all the same.
if(EXISTS ${SOURCE}/.git)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env GIT_OPTIONAL_LOCKS=0
            git -C ${SOURCE} describe --always --abbrev=40 --exclude=* --dirty=-modified
    OUTPUT_VARIABLE output OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE result)
  if(result EQUAL 0 AND output)
    set(hash ${output})
  endif()
endif()
if(NOT hash)
  file(GLOB_RECURSE files RELATIVE ${SOURCE} ${SOURCE}/cmake/* ${SOURCE}/configs/*.toml ${SOURCE}/evaluation/* ${SOURCE}/kernels/* ${SOURCE}/src/*)
  set(all "")
  foreach(file CMakeLists.txt ${files})
    file(SHA256 ${SOURCE}/${file} of_file)
    string(APPEND all "${file} ${of_file}\n")
  endforeach()
  string(SHA256 hash "${all}")
  string(SUBSTRING ${hash} 0 40 hash)
  set(hash "unknown-${hash}")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
// SPDX-License-Identifier: MIT
#pragma once

namespace an::app {

inline constexpr const char* git_hash = "@hash@";

}  // namespace an::app
]])
