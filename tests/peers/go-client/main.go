// A program: grpc-go against a server of Jina's protocol. `go-client TARGET [CA]` makes a call of every kind and prints what it saw.
// A request comes on stdin; SLOW_REQUEST names the file of one that is answered after long.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/mem"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
)

const (
	single = "/jina.JinaSingleDataRequestRPC/process_single_data"
	call   = "/jina.JinaRPC/Call"
)

// Requests stay bytes; messages that others have made are marshalled by the codec that was there before.
type passing struct{ other encoding.CodecV2 }

func (passing) Name() string { return "proto" }

func (p passing) Marshal(message any) (mem.BufferSlice, error) {
	if whole, is := message.(*[]byte); is {
		return mem.BufferSlice{mem.SliceBuffer(*whole)}, nil
	}
	return p.other.Marshal(message)
}

func (p passing) Unmarshal(data mem.BufferSlice, message any) error {
	if whole, is := message.(*[]byte); is {
		*whole = data.Materialize()
		return nil
	}
	return p.other.Unmarshal(data, message)
}

func main() {
	encoding.RegisterCodecV2(passing{encoding.GetCodecV2("proto")})
	request, err := io.ReadAll(os.Stdin)
	must(err)
	secure := insecure.NewCredentials()
	if len(os.Args) > 2 {
		secure, err = credentials.NewClientTLSFromFile(os.Args[2], "localhost")
		must(err)
	}
	connection, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(secure))
	must(err)
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()

	answer := new([]byte)
	for _, options := range [][]grpc.CallOption{nil, {grpc.UseCompressor("gzip")}} {
		must(connection.Invoke(ctx, single, &request, answer, options...))
		expect(bytes.Contains(*answer, []byte("executed MyExec")), "an answer of the executor")
	}
	fmt.Println("unary, plain and gzip")

	stream, err := connection.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, call)
	must(err)
	for range 100 {
		must(stream.SendMsg(&request))
	}
	must(stream.CloseSend())
	count := 0
	for stream.RecvMsg(answer) == nil {
		count++
	}
	expect(count == 100, fmt.Sprintf("%d answers of 100", count))
	fmt.Println("stream")

	var all sync.WaitGroup
	failures := make(chan error, 1000)
	for range 1000 {
		all.Go(func() {
			if err := connection.Invoke(ctx, single, &request, new([]byte)); err != nil {
				failures <- err
			}
		})
	}
	all.Wait()
	expect(len(failures) == 0, fmt.Sprintf("%d of 1000 calls failed", len(failures)))
	fmt.Println("1000 calls at once")

	large := append(bytes.Clone(request), tags(6<<20)...)
	must(connection.Invoke(ctx, single, &large, answer, grpc.MaxCallRecvMsgSize(16<<20)))
	fmt.Println("6 MiB")

	err = connection.Invoke(ctx, "/jina.Nothing/call", &request, answer)
	expect(status.Code(err) == codes.Unimplemented, "Unimplemented, not "+status.Code(err).String())
	slow, err := os.ReadFile(os.Getenv("SLOW_REQUEST"))
	must(err)
	late, stop := context.WithTimeout(ctx, 100*time.Millisecond)
	defer stop()
	expect(status.Code(connection.Invoke(late, single, &slow, answer)) == codes.DeadlineExceeded, "DeadlineExceeded")
	gone, leave := context.WithCancel(ctx)
	stream, err = connection.NewStream(gone, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, call)
	must(err)
	must(stream.SendMsg(&request))
	must(stream.RecvMsg(answer))
	leave()
	expect(status.Code(stream.RecvMsg(answer)) == codes.Canceled, "Canceled")
	fmt.Println("statuses, deadline, cancel")

	health, err := grpc_health_v1.NewHealthClient(connection).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
	must(err)
	expect(health.Status == grpc_health_v1.HealthCheckResponse_SERVING, "SERVING")
	asking, err := reflection.NewServerReflectionClient(connection).ServerReflectionInfo(ctx)
	must(err)
	must(asking.Send(&reflection.ServerReflectionRequest{
		MessageRequest: &reflection.ServerReflectionRequest_ListServices{},
	}))
	told, err := asking.Recv()
	must(err)
	expect(len(told.GetListServicesResponse().GetService()) > 3, "services by reflection")
	fmt.Println("health, reflection")
}

// A field that nobody knows, of so many bytes: it is carried on.
func tags(length int) []byte {
	out := []byte{0xfa, 0x3e}
	for n := length; ; n >>= 7 {
		if n < 0x80 {
			out = append(out, byte(n))
			break
		}
		out = append(out, byte(n)|0x80)
	}
	return append(out, make([]byte, length)...)
}

func must(err error) { expect(err == nil, fmt.Sprint(err)) }

func expect(is bool, what string) {
	if !is {
		fmt.Fprintln(os.Stderr, "failed:", what)
		os.Exit(1)
	}
}
