import { COMPLETION_REQUEST } from "./completion-token.js";

const BASH = String.raw`
_leafseal_complete() {
  local kind="" line
  COMPREPLY=()
  while IFS= read -r line; do
    if [ -z "$kind" ]; then kind=$line; else COMPREPLY+=("${"$"}{line%%$'\t'*}"); fi
  done < <("$1" "${"$"}{COMP_WORDS[@]:1:COMP_CWORD}" ${COMPLETION_REQUEST}bash 2>/dev/null)
  # A key path may go on.
  case ${"$"}{COMPREPLY[0]} in *']'|*"]'") compopt -o nospace 2>/dev/null ;; esac
}
complete -o bashdefault -o default -F _leafseal_complete leafseal sops
`;

const ZSH = String.raw`#compdef leafseal sops

_leafseal() {
  local kind="" line
  local -a texts shown
  while IFS= read -r line; do
    if [[ -z $kind ]]; then
      kind=$line
    else
      texts+=("${"$"}{line%%$'\t'*}")
      shown+=("${"$"}{line%%$'\t'*}  ${"$"}{line#*$'\t'}")
    fi
  done < <("${"$"}{words[1]}" "${"$"}{(@)words[2,CURRENT]}" ${COMPLETION_REQUEST}zsh 2>/dev/null)
  if [[ $kind == words ]] && (( ${"$"}{#texts} )); then
    compadd -l -d shown -- "${"$"}{texts[@]}"
  else
    _files
  fi
}

if [ "$funcstack[1]" = "_leafseal" ]; then _leafseal "$@"; else compdef _leafseal leafseal sops; fi
`;

const FISH = String.raw`function __leafseal_complete
    set -l words (commandline -opc)
    set -l answer (command $words[1] $words[2..-1] (commandline -ct) ${COMPLETION_REQUEST}fish 2>/dev/null)
    if test "$answer[1]" = words
        string join -- \n $answer[2..-1]
    else
        __fish_complete_path (commandline -ct)
    end
end

for name in leafseal sops
    complete -c $name -f -a '(__leafseal_complete)'
end
`;

const POWERSHELL = String.raw`Register-ArgumentCompleter -Native -CommandName leafseal, sops -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.Extent.Text })
    $program = $words[0]
    $before = @($words | Select-Object -Skip 1)
    $answer = @(& $program @before $wordToComplete '${COMPLETION_REQUEST}powershell' 2>$null)
    if ($answer.Count -gt 0 -and $answer[0] -eq 'words') {
        $answer | Select-Object -Skip 1 | ForEach-Object {
            $text, $about = $_ -split [char]9, 2
            if (-not $about) { $about = $text }
            [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $about)
        }
    }
}
`;

const SCRIPTS: ReadonlyMap<string, string> = new Map([
  ["bash", BASH],
  ["zsh", ZSH],
  ["fish", FISH],
  ["powershell", POWERSHELL],
]);

export const SHELLS: readonly string[] = [...SCRIPTS.keys()];

/** The script that a user's shell reads at its start; it asks the program itself for candidates. */
export function completionScript(shell: string): string {
  return SCRIPTS.get(shell) ?? "";
}
