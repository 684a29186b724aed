/** The two methods that are measured. */

export const UNARY_PATH = '/jina.JinaSingleDataRequestRPC/process_single_data'
export const STREAM_PATH = '/jina.JinaRPC/Call'
