# Runs FUZZER from a copy of the folder SEEDS, which libFuzzer adds to.
get_filename_component(name ${FUZZER} NAME)
set(work ${CMAKE_CURRENT_BINARY_DIR}/fuzz-work/${name})
file(REMOVE_RECURSE ${work})
file(MAKE_DIRECTORY ${work})
file(COPY ${SEEDS}/ DESTINATION ${work}/corpus)
execute_process(COMMAND ${FUZZER} -max_total_time=10 -timeout=10 -print_final_stats=1 corpus
  WORKING_DIRECTORY ${work} COMMAND_ERROR_IS_FATAL ANY)
