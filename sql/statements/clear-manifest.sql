-- A pass that begins has read nothing; what earlier ones read says nothing about it.
DELETE FROM :"manifests" WHERE unit = $1
