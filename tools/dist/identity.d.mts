export const identity: {
  readonly version: string;
  readonly productName: string;
  readonly description: string;
  readonly author: string;
  readonly license: string;
  readonly appId: string;
  readonly executable: string;
  readonly workspace: { readonly extension: string; readonly mimeType: string; readonly name: string; readonly nameKo: string };
  readonly summary: string;
  readonly summaryKo: string;
  readonly keywords: readonly string[];
};
