/** The part of the package that tests use; it brings no types of its own. */
declare module "ini" {
  export function parse(text: string): Record<string, unknown>;
}
