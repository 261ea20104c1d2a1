import type { Target, Trust } from "./target.ts";
export const developmentTrust = async (_target: Target): Promise<Trust | null> => null;
