// SPDX-License-Identifier: MPL-2.0

import type { SHELLS } from "./commands.ts";

type Shell = (typeof SHELLS)[number];

// Each asks `osdk --complete SHELL WORDS...` for lines of WORD, a tab and what it means; a line
// ":files" or ":directories" leaves the rest to the shell.

const BASH = `# Completion of osdk for bash.
_osdk_complete() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) compopt -o default ;;
      :directories) compopt -o dirnames ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("$1" --complete bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _osdk_complete osdk
`;

const ZSH = `#compdef osdk
# Completion of osdk for zsh.
_osdk() {
  local line word about paths
  local -a candidates
  for line in "\${(@f)$(_call_program osdk "\${(q)words[1]}" --complete zsh "\${(@q)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      :files) paths=-f ;;
      :directories) paths=-/ ;;
      ?*)
        word=\${\${line%%$'\\t'*}//:/\\\\:} about=\${line#*$'\\t'}
        candidates+=("$word\${about:+:$about}")
        ;;
    esac
  done
  (( $#candidates )) && _describe osdk candidates
  if [[ -n $paths ]]; then
    compset -P '--*='
    _path_files $paths
  fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _osdk "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _osdk osdk
fi
`;

const FISH = `# Completion of osdk for fish.
function __osdk_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l token (commandline -ct)
    set -l prefix (string match -r -- '^--[^=]+=' $token)
    for line in ($words[1] --complete fish $words[2..] 2>/dev/null)
        switch $line
            case :files
                for path in (__fish_complete_path (string replace -- "$prefix" '' $token))
                    echo "$prefix$path"
                end
            case :directories
                for path in (__fish_complete_directories (string replace -- "$prefix" '' $token))
                    echo "$prefix$path"
                end
            case '*'
                echo $line
        end
    end
end
complete -c osdk -f -a '(__osdk_complete)'
`;

export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
};
