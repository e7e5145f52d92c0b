# torch as the wheel installs it, found through the Python that builds us.
set(python_parts Interpreter)
if(NN_BUILD_PYTHON)
  list(APPEND python_parts Development.Module)
endif()
find_package(Python COMPONENTS ${python_parts} REQUIRED)
if(NOT Torch_DIR AND NOT CMAKE_CROSSCOMPILING)
  execute_process(COMMAND ${Python_EXECUTABLE} -c
    "import torch.utils; print(torch.utils.cmake_prefix_path)"
    OUTPUT_VARIABLE torch_prefix OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE missing)
  if(missing)
    message(FATAL_ERROR "torch is not installed in ${Python_EXECUTABLE}: pip install torch==2.13.0")
  endif()
  list(APPEND CMAKE_PREFIX_PATH ${torch_prefix})
endif()
find_package(Torch 2.13 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL REQUIRED)
find_package(nlohmann_json REQUIRED)
