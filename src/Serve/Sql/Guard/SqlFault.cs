namespace Tapline.Serving.Sql.Guard;

/// <summary>Why a statement from outside was refused or stopped.</summary>
public enum SqlFault
{
    /// <summary>The text is not SQL, or is more than one statement.</summary>
    Syntax,
    /// <summary>It would change something.</summary>
    NotReadOnly,
    /// <summary>It asks for what outside callers may not use: files, settings, functions.</summary>
    NotAllowed,
    /// <summary>There is no table or schema of this name, or the caller does not see it.</summary>
    UnknownTable,
    /// <summary>Names, types or functions do not fit together.</summary>
    Invalid,
    /// <summary>A value does not fit what is done with it.</summary>
    Data,
    /// <summary>It took longer than it may.</summary>
    TimeLimit,
    /// <summary>It took more memory than all statements together have.</summary>
    MemoryLimit,
    /// <summary>Its caller, or somebody with the right to, cancelled it.</summary>
    Cancelled,
    /// <summary>As many statements as may wait are waiting already.</summary>
    Busy,
    /// <summary>The lake has no such cut, or its files are gone.</summary>
    NoSuchCut,
    /// <summary>A fault on this side.</summary>
    Internal,
}
