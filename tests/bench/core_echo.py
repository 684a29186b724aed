"""A program: the least a server on gRPC's C core can do in Python, which is to send back the bytes that came."""
import asyncio

import grpc


async def echo(request, context):
    return request


async def main():
    server = grpc.aio.server(options=[('grpc.max_concurrent_streams', 4096)])
    method = grpc.unary_unary_rpc_method_handler(echo)
    handlers = {'process_single_data': method}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler('jina.JinaSingleDataRequestRPC', handlers),))
    port = server.add_insecure_port('127.0.0.1:0')
    await server.start()
    print(f'127.0.0.1:{port}', flush=True)
    await server.wait_for_termination()


asyncio.run(main())
