"""The sample of the specification, as a program: it prints the shots of a site.

    SHOTGUN_DATA_URL=http://127.0.0.1:8888 SHOTGUN_DATA_SCRIPT=demo SHOTGUN_DATA_KEY=demo \\
        python examples/specification_sample.py

The class is the specification's, with Python 3's ``print``. Outside Toolkit the retriever is given its connection;
inside, ``sg_data`` comes from ``sgtk.platform.import_framework`` and ``sg`` is left out.
"""

import os
import sys

import shotgun_api3
from qtpy import QtWidgets

import shotgun_data as sg_data


class ExampleWidget(QtWidgets.QWidget):
    def __init__(self, sg):
        QtWidgets.QWidget.__init__(self)

        # set up data retriever
        self.__sg_data = sg_data.ShotgunDataRetriever(self, sg)
        self.__sg_data.work_completed.connect(self.__on_worker_signal)
        self.__sg_data.work_failure.connect(self.__on_worker_failure)

        # and start its thread!
        self.__sg_data.start()

        # do an async request
        self._find_uid = self.__sg_data.execute_find("Shot", [], ["code"])

    def closeEvent(self, event):
        """
        Executed when the widget dialog is closed.
        """
        # gracefully stop our data retriever. This call
        # will block until the currently processing request has completed.
        self.__sg_data.stop()

        # okay to close dialog
        event.accept()

    def __on_worker_failure(self, uid, msg):
        """
        Asynchronous callback - the worker thread errored.
        """
        print("Error: %s" % msg)
        self.close()

    def __on_worker_signal(self, uid, request_type, data):
        """
        Signaled whenever the worker completes something.
        """
        print("Data arrived: %s" % data)
        self.close()


if __name__ == "__main__":
    app = QtWidgets.QApplication(sys.argv)
    widget = ExampleWidget(
        shotgun_api3.Shotgun(
            os.environ["SHOTGUN_DATA_URL"],
            script_name=os.environ["SHOTGUN_DATA_SCRIPT"],
            api_key=os.environ["SHOTGUN_DATA_KEY"],
            connect=False,
        )
    )
    widget.show()
    getattr(app, "exec", getattr(app, "exec_", None))()
