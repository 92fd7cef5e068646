using Tapline.Lakehouse.DuckDb;

namespace Tapline.Serving.Sql.Guard;

/// <summary>A statement from outside that was refused, stopped or failed: for the caller's eyes.</summary>
public sealed class SqlRefusedException(SqlFault fault, string message, string? hint = null, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>Why.</summary>
    public SqlFault Fault { get; } = fault;

    /// <summary>What the caller can do; null when there is nothing.</summary>
    public string? Hint { get; } = hint;

    /// <summary>What DuckDB says, as a caller may hear it: values of rows stand in its messages about data, and who
    /// sees a part of the rows only must not hear those of others.</summary>
    internal static SqlRefusedException Of(DuckDbException failure, bool seesAllRows)
    {
        var fault = FaultOf(failure.Kind);
        return fault switch
        {
            SqlFault.Data when !seesAllRows => new SqlRefusedException(fault, "a value does not fit", cause: failure),
            SqlFault.MemoryLimit => new SqlRefusedException(
                fault, "the statement needs more memory than there is for all", "narrow it", failure),
            // What is wrong inside names places of this machine.
            SqlFault.Internal => new SqlRefusedException(fault, "the statement failed here", cause: failure),
            _ => new SqlRefusedException(fault, FirstLines(failure.Message), cause: failure),
        };
    }

    static SqlFault FaultOf(DuckDbErrorKind kind) => kind switch
    {
        DuckDbErrorKind.Syntax => SqlFault.Syntax,
        DuckDbErrorKind.Catalog => SqlFault.UnknownTable,
        DuckDbErrorKind.Binder or DuckDbErrorKind.NotImplemented => SqlFault.Invalid,
        DuckDbErrorKind.Conversion or DuckDbErrorKind.OutOfRange or DuckDbErrorKind.InvalidInput => SqlFault.Data,
        DuckDbErrorKind.OutOfMemory => SqlFault.MemoryLimit,
        DuckDbErrorKind.Interrupted => SqlFault.Cancelled,
        DuckDbErrorKind.Permission => SqlFault.NotAllowed,
        DuckDbErrorKind.Other or DuckDbErrorKind.Constraint => SqlFault.Invalid,
        _ => SqlFault.Internal,
    };

    static string FirstLines(string message)
    {
        var end = message.IndexOf(" Error: ", StringComparison.Ordinal);
        return end < 0 ? message : message[(end + " Error: ".Length)..];
    }
}
