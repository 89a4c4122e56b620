/** As the last argument it asks for candidates (spec: cli.md §1.6): what scripts of sops and older ones of ours send. */
export const COMPLETION_TOKEN = "--generate-bash-completion";

/** As the start of the last argument, before the name of a shell: what our scripts send. */
export const COMPLETION_REQUEST = "--generate-completion=";
