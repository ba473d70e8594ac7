# cmake -D PROGRAM=FILE -D VERSION=V -D HELP2MAN=FILE -D OUTPUT=DIR -P write_man_pages.cmake: anomalousnet.1 and a page for each
# subcommand that its --help names. Says so, and does nothing, without help2man.
if(NOT HELP2MAN)
  message(STATUS "no man pages: help2man is not installed")
  return()
endif()
file(MAKE_DIRECTORY ${OUTPUT})

# write_page(NAME WHAT WORDS...): man page NAME.1 of PROGRAM WORDS.
function(write_page name what)
  list(JOIN ARGN " " words)
  string(REPLACE " " "\\ " program "${PROGRAM}")  # help2man gives its argument to a shell
  string(STRIP "${program} ${words}" command)
  execute_process(
    COMMAND ${HELP2MAN} --no-info --section=1 --manual=anomalousnet --source=${VERSION} --version-string=${VERSION} --name=${what} "${command}"
    OUTPUT_VARIABLE page ERROR_VARIABLE error RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "help2man of '${command}' failed: ${error}")
  endif()
  string(TOUPPER ${name} title)
  string(REGEX REPLACE "\\.TH [^ ]+" ".TH ${title}" page "${page}")
  string(REGEX REPLACE "(\\.SH NAME\n)[^\n]*" "\\1${name} \\\\- ${what}" page "${page}")
  file(WRITE ${OUTPUT}/${name}.1 "${page}")
endfunction()

execute_process(COMMAND ${PROGRAM} --help OUTPUT_VARIABLE help RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} --help failed")
endif()
string(REGEX MATCH "^[^\n]*" summary "${help}")
write_page(anomalousnet "${summary}")
string(REGEX REPLACE ".*\nSubcommands:\n" "" list "${help}")
string(REGEX MATCHALL "\n? +[a-z]+ +[^\n]+" lines "${list}")
foreach(line IN LISTS lines)
  string(REGEX MATCH "^\n? +([a-z]+) +(.+)$" found "${line}")
  set(command ${CMAKE_MATCH_1})
  write_page(anomalousnet-${command} "${CMAKE_MATCH_2}" ${command})
endforeach()
