export function largeYaml(leaves: number): string;
export function largeJson(leaves: number): string;
export function largeDotenv(leaves: number): string;
export function largeIni(leaves: number): string;
export function heavyYaml(bytes: number): string;
