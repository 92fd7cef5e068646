namespace Tapline.Simulation.Tests.Scenarios;

/// <summary>What a source can do. What makes no sense at its time, as a delete of a row that is not there, does
/// nothing.</summary>
enum OperationKind
{
    /// <summary>Inserts or updates a row.</summary>
    Put,
    /// <summary>Updates a row and leaves out its large value, which has not changed.</summary>
    Keep,
    /// <summary>Deletes a row.</summary>
    Delete,
    /// <summary>Gives a row another key and leaves out its large value.</summary>
    Move,
    /// <summary>Removes all rows of the table that is truncated.</summary>
    Truncate,
    /// <summary>Sends the last records once more, as after a crash.</summary>
    Repeat,
    /// <summary>Sends a record that is no change.</summary>
    Poison,
    /// <summary>A device publishes a message: table, key and new key are the device, its boot and the number in it. Of
    /// one message the contents are always the same; a boot from 100 on is the one a hundred below, in another
    /// partition.</summary>
    Tell,
    /// <summary>Waits.</summary>
    Rest,
}
