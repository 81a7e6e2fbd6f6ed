/** For what a model never needs; a call would be a change of the library. */
export function never(model: string, method: string): () => Promise<never> {
  return () => Promise.reject(new Error(`the authorization server called ${method} of ${model}, which is not kept so`));
}
