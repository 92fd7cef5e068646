using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tapline.Lakehouse.DuckDb.Native;

namespace Tapline.Lakehouse.DuckDb;

/// <summary>Computes a result for every row of a chunk of arguments; runs on DuckDB's threads, several at once, and
/// must be pure. What it throws becomes the statement's error.</summary>
public delegate void DuckDbScalarBody(DuckDbChunk arguments, DuckDbVectorWriter result);

/// <summary>A function of ours that SQL calls by name. A row with a null argument gives null, whatever the body wrote.
/// </summary>
sealed unsafe class ScalarFunction(ImmutableArray<DuckDbColumn> arguments, DuckDbType result, DuckDbScalarBody body)
{
    public void Register(ConnectionHandle connection, string name)
    {
        using var function = ScalarFunctions.Create();
        ScalarFunctions.SetName(function, name);
        foreach (var argument in arguments)
        {
            using var type = argument.Type.ToNative();
            ScalarFunctions.AddParameter(function, type);
        }
        using (var type = result.ToNative())
            ScalarFunctions.SetReturnType(function, type);
        ScalarFunctions.SetExtraInfo(function, Rooted.Hold(this), Rooted.Destroyer);
        ScalarFunctions.SetFunction(function, &Call);
        if (ScalarFunctions.Register(connection, function) != NativeState.Success)
            throw new DuckDbException($"Catalog Error: scalar function {name} cannot be registered");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Call(nint info, nint input, nint output)
    {
        try
        {
            Rooted.Get<ScalarFunction>(ScalarFunctions.ExtraInfo(info)).Run(input, output);
        }
        catch (Exception failure)
        {
            // An exception must not travel through native frames: DuckDB raises it as the statement's error.
            ScalarFunctions.SetError(info, failure.Message);
        }
    }

    void Run(nint input, nint output)
    {
        using var chunk = new DuckDbChunk(DataChunkHandle.Borrow(input), arguments);
        var writer = new DuckDbVectorWriter(output, result, chunk.Count);
        body(chunk, writer);
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = chunk.Column(i);
            if (argument.Validity.IsEmpty)
                continue;
            for (var row = 0; row < chunk.Count; row++)
            {
                if (argument.IsNull(row))
                    writer.SetNull(row);
            }
        }
    }
}
