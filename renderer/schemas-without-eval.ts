/**
 * Imported before any schema: zod then makes no functions from text, which the window's security policy would refuse
 * and report.
 */
import { config } from 'zod';

config({ jitless: true });
