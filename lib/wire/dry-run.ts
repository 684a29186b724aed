/** Every executor answers this endpoint with nothing done, and no list for people shows it (Jina facts §3.1). */
export const DRY_RUN_ENDPOINT = '_jina_dry_run_'
