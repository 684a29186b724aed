"""A program: gRPC's C core against a server of Jina's protocol, every kind of call: `core_client.py TARGET [CA]`.

A request on stdin; SLOW_REQUEST names the file of one that is answered after long.
"""
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc

SINGLE = '/jina.JinaSingleDataRequestRPC/process_single_data'
CALL = '/jina.JinaRPC/Call'

target, authority = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
request = sys.stdin.buffer.read()
with open(os.environ['SLOW_REQUEST'], 'rb') as file:
    slow = file.read()
options = [('grpc.max_receive_message_length', -1), ('grpc.max_send_message_length', -1)]
if authority:
    with open(authority, 'rb') as file:
        channel = grpc.secure_channel(
            target, grpc.ssl_channel_credentials(file.read()), [*options, ('grpc.ssl_target_name_override', 'localhost')]
        )
else:
    channel = grpc.insecure_channel(target, options)


def expect(is_so, what):
    if not is_so:
        sys.exit(f'failed: {what}')


def code_of(call):
    try:
        call()
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


unary = channel.unary_unary(SINGLE)
for compression in (grpc.Compression.NoCompression, grpc.Compression.Deflate, grpc.Compression.Gzip):
    answer = unary(request, timeout=20, compression=compression, metadata=[('x-text', 'a'), ('x-bytes-bin', b'\0\xff')])
    expect(b'executed MyExec' in answer, 'an answer of the executor')
print('unary: plain, deflate, gzip, metadata')

stream = channel.stream_stream(CALL)
expect(len(list(stream(iter([request] * 100), timeout=20))) == 100, '100 answers')
print('stream')

with ThreadPoolExecutor(64) as pool:
    answers = list(pool.map(lambda _: unary(request, timeout=20), range(1000)))
expect(all(b'executed MyExec' in one for one in answers), '1000 answers')
print('1000 calls of 64 threads')


def unknown_field(length):
    varint, left = b'', length
    while left >= 0x80:
        varint, left = varint + bytes([left & 0x7F | 0x80]), left >> 7
    return b'\xfa\x3e' + varint + bytes([left]) + bytes(length)


unary(request + unknown_field(6 << 20), timeout=20)
print('6 MiB')

nothing = channel.unary_unary('/jina.Nothing/call')
expect(code_of(lambda: nothing(request, timeout=20)) == grpc.StatusCode.UNIMPLEMENTED, 'UNIMPLEMENTED')
late = code_of(lambda: unary(slow, timeout=0.1))
expect(late == grpc.StatusCode.DEADLINE_EXCEEDED, f'DEADLINE_EXCEEDED, not {late}')
answers = stream(iter([request]), timeout=20)
next(answers)
answers.cancel()
expect(code_of(lambda: list(answers)) in (grpc.StatusCode.CANCELLED, grpc.StatusCode.OK), 'CANCELLED')
print('statuses, deadline, cancel')
channel.close()
