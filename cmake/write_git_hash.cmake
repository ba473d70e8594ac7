# cmake -D SOURCE=FOLDER -D OUTPUT=FILE -P write_git_hash.cmake: a header with the commit that is checked out in FOLDER,
# "-modified" after it where tracked files differ from the commit, "unknown" outside git.
set(hash "unknown")
if(EXISTS ${SOURCE}/.git)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env GIT_OPTIONAL_LOCKS=0
            git -C ${SOURCE} describe --always --abbrev=40 --exclude=* --dirty=-modified
    OUTPUT_VARIABLE output OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE result)
  if(result EQUAL 0 AND output)
    set(hash ${output})
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
// SPDX-License-Identifier: MIT
#pragma once

namespace an::app {

inline constexpr const char* git_hash = "@hash@";

}  // namespace an::app
]])
