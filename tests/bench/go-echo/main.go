// A program: the least a gRPC server in Go can do, which is to send back the bytes that came. The mark for CPU per request.
package main

import (
	"context"
	"fmt"
	"net"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
)

// Messages stay bytes, as in the other echo.
type passing struct{}

func (passing) Name() string { return "proto" }

func (passing) Marshal(message any) (mem.BufferSlice, error) {
	return *message.(*mem.BufferSlice), nil
}

func (passing) Unmarshal(data mem.BufferSlice, message any) error {
	// The server takes its buffers back when the handler is over.
	data.Ref()
	*message.(*mem.BufferSlice) = data
	return nil
}

func echo(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	message := new(mem.BufferSlice)
	return message, decode(message)
}

func main() {
	encoding.RegisterCodecV2(passing{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "jina.JinaSingleDataRequestRPC",
		HandlerType: (*any)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "process_single_data", Handler: echo}},
	}, struct{}{})
	fmt.Println(listener.Addr())
	if err := server.Serve(listener); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
