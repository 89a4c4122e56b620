/** As the last argument it asks for candidates (spec: cli.md §1.6). */
export const COMPLETION_TOKEN = "--generate-bash-completion";
