export const installFolder: string;
export const debianArch: Readonly<Record<string, string>>;
