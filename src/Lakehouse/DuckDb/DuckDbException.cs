namespace Tapline.Lakehouse.DuckDb;

/// <summary>What DuckDB says about a statement that failed: its own words, and their kind.</summary>
public sealed class DuckDbException(string message) : Exception(message)
{
    /// <summary>Which part of DuckDB refused, read from the words that start its message.</summary>
    public DuckDbErrorKind Kind { get; } = KindOf(message);

    static DuckDbErrorKind KindOf(string message)
    {
        var end = message.IndexOf(" Error: ", StringComparison.Ordinal);
        return end < 0 ? DuckDbErrorKind.Other : message[..end] switch
        {
            "Parser" or "Syntax" => DuckDbErrorKind.Syntax,
            "Binder" => DuckDbErrorKind.Binder,
            "Catalog" => DuckDbErrorKind.Catalog,
            "Conversion" => DuckDbErrorKind.Conversion,
            "Out of Range" => DuckDbErrorKind.OutOfRange,
            "Constraint" => DuckDbErrorKind.Constraint,
            "Invalid Input" => DuckDbErrorKind.InvalidInput,
            "IO" => DuckDbErrorKind.InputOutput,
            "Out of Memory" => DuckDbErrorKind.OutOfMemory,
            "INTERRUPT" => DuckDbErrorKind.Interrupted,
            "Permission" => DuckDbErrorKind.Permission,
            "Not implemented" => DuckDbErrorKind.NotImplemented,
            "FATAL" or "INTERNAL" => DuckDbErrorKind.Internal,
            _ => DuckDbErrorKind.Other,
        };
    }
}

/// <summary>The kinds of DuckDB's errors that callers tell apart.</summary>
public enum DuckDbErrorKind
{
    /// <summary>Any that is not listed here.</summary>
    Other,
    /// <summary>The text is not SQL.</summary>
    Syntax,
    /// <summary>Names or types do not fit together.</summary>
    Binder,
    /// <summary>A table, function or the like is missing or already there.</summary>
    Catalog,
    /// <summary>A value does not convert.</summary>
    Conversion,
    /// <summary>A value is out of its type's range.</summary>
    OutOfRange,
    /// <summary>A constraint is broken.</summary>
    Constraint,
    /// <summary>An argument is wrong; also what a function of ours reports.</summary>
    InvalidInput,
    /// <summary>A file cannot be read or written.</summary>
    InputOutput,
    /// <summary>The memory limit is reached.</summary>
    OutOfMemory,
    /// <summary>The statement was interrupted.</summary>
    Interrupted,
    /// <summary>The configuration does not allow it.</summary>
    Permission,
    /// <summary>DuckDB cannot do this.</summary>
    NotImplemented,
    /// <summary>A fault inside DuckDB: close the database.</summary>
    Internal,
}
