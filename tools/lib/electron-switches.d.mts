export function rootSwitches(): string[];
