#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Prints a folder that has cudnn_frontend.h: AN_CUDNN_FRONTEND, one of the system's, or one brought by pip into build-cuda/.
set -uo pipefail
cd "$(dirname "$0")/.."

version=1.32.0
own=$PWD/build-cuda/cudnn_frontend
for folder in "${AN_CUDNN_FRONTEND:-}" /usr/local/cuda/include /usr/include "$own/include"; do
  [[ -n $folder && -f $folder/cudnn_frontend.h ]] && { echo "$folder"; exit 0; }
done
command -v pip >/dev/null || { echo "cudnn_frontend.h is not here, and no pip to bring it" >&2; exit 1; }
mkdir -p "$own"
timeout 120 pip download --quiet --no-deps --dest "$own" "nvidia-cudnn-frontend==$version" >&2 ||
  { echo "cudnn_frontend.h is not here, and pip could not bring nvidia-cudnn-frontend $version" >&2; exit 1; }
python3 -m zipfile -e "$own"/nvidia_cudnn_frontend-"$version"-*.whl "$own"
[[ -f $own/include/cudnn_frontend.h ]] && echo "$own/include"
