export function readSchema(folder: string): string;
export function schemaDiff(from: string | null, to: string): Promise<string>;
